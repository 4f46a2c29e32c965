#include <onc/rpc/error.h>
#include <onc/transport/send.h>
#include <onc/transport/stream_connection.h>

#include <cerrno>
#include <exception>
#include <utility>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

// Replies are sent when this much has gathered, and then others are served, however many calls are waiting.
constexpr std::size_t send_at = std::size_t{256} << 10;
constexpr int calls_at_once = 1000;
// Late replies of one connection that are sent by one call.
constexpr std::size_t kept_together = std::size_t{64} << 10;

std::optional<uid_t> peer_uid(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

// To close earlier, with calls unread, would reset the connection, and what is on its way would be thrown away.
bool has_been_received(int descriptor) {
  int unacknowledged = 0;
  return ::ioctl(descriptor, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

}  // namespace

StreamConnection::StreamConnection(StreamPool& pool, Socket socket, Protocol protocol, const Address& peer)
    : pool_(&pool),
      context_(pool.context_),
      socket_(std::move(socket)),
      protocol_(protocol),
      peer_(peer),
      local_(local_address(socket_.get())),
      reader_(pool.limits_.max_record) {
  if (protocol == Protocol::local) {
    peer_uid_ = peer_uid(socket_.get());
  } else {
    const int on = 1;  // replies are written whole: nothing is gained by waiting for more
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

void StreamConnection::start(StreamPool::Connections::iterator self) {
  self_ = self;
  last_sign_of_life_ = pool_->clock_;
  wait_for(EPOLLIN);
}

void StreamConnection::close() {
  if (!pool_) return;
  const auto keep_alive = shared_from_this();
  StreamPool& pool = *std::exchange(pool_, nullptr);
  pool.connections_.erase(self_);
  --pool.open_;
  pool.account(*this, std::exchange(buffered_, 0));
  pool.leave(*this);
  if (waiting_for_ != 0) pool.ready_.remove(socket_.get(), *this);
  socket_ = Socket();
  if (!in_step_) forget_memory();
}

void StreamConnection::forget_memory() {
  reader_.forget();
  unsent_ = xdr::Encoder();
  more_ = nullptr;
  next_.clear();
}

void StreamConnection::refuse(const char* why) {
  if (pool_) pool_->tell_refused(protocol_, peer_, why);
  close();
}

bool StreamConnection::is_overdue() const {
  const auto silent = pool_->clock_ - last_sign_of_life_;
  // It is we who keep it waiting.
  if (sent_ == unsent_.size() && (paused_ || (late_ != 0 && (pool_->finishing_ || !reader_.is_partial()))))
    return false;
  if (!reader_.is_partial() && sent_ == unsent_.size()) return silent > pool_->limits_.idle;
  if (silent > pool_->limits_.partial) return true;
  // A byte now and then is no sign of life: it would hold the connection for ever.
  const auto time_for_its_bytes = std::chrono::seconds(reader_.size() / slowest_record);
  return record_began_ && pool_->clock_ - *record_began_ > pool_->limits_.partial + time_for_its_bytes;
}

void StreamConnection::give_up() {
  if (!reader_.is_partial() && sent_ == unsent_.size()) return close();
  refuse(sent_ == unsent_.size() ? "the rest of its call does not come" : "it does not read its replies");
}

void StreamConnection::stay_alive() {
  last_sign_of_life_ = pool_->clock_;
  pool_->connections_.splice(pool_->connections_.end(), pool_->connections_, self_);
}

// May close this connection or others, where all of them together hold too much.
void StreamConnection::account() {
  const std::size_t before = std::exchange(buffered_, count_buffered());
  if (buffered_ != before) pool_->account(*this, before);
}

std::size_t StreamConnection::count_buffered() const {
  std::size_t size = (reader_.is_partial() ? reader_.memory() : 0) + unsent_.size() + made_;
  for (const xdr::Encoder& reply : next_) size += reply.size();
  return size;
}

void StreamConnection::trim() {
  if (serving_ || !reader_.is_partial()) return;
  try {
    reader_.trim();
  } catch (const std::bad_alloc&) {  // as it was, then
  }
  account();
}

class StreamConnection::Late : public LateReply {
 public:
  Late(std::shared_ptr<StreamConnection> connection, std::shared_ptr<LateReplies> all)
      : connection_(std::move(connection)),
        all_(std::move(all)),
        host_(connection_->share_->first),
        bytes_(connection_->record_size_) {
    all_->begin(host_, bytes_);
    ++connection_->late_;
    connection_->late_bytes_ += bytes_;
  }
  ~Late() override {
    is_made(0);
    connection_->forget_late_reply(bytes_);
    all_->end(host_, bytes_);
  }

  asio::any_io_executor executor() override { return connection_->context_.get_executor(); }
  void is_made(std::size_t bytes) override {
    connection_->made_ += bytes - made_;
    made_ = bytes;
  }
  void send(xdr::Encoder reply) override {
    is_made(0);
    connection_->answer(std::move(reply));
  }

 private:
  std::shared_ptr<StreamConnection> connection_;
  std::shared_ptr<LateReplies> all_;
  Host host_;
  std::size_t bytes_;  // of the call
  std::size_t made_ = 0;
};

std::unique_ptr<LateReply> StreamConnection::defer() {
  return std::make_unique<Late>(shared_from_this(), pool_->late_);
}

void StreamConnection::answer(xdr::Encoder reply) {
  if (!pool_) return;
  set_mark(reply);
  append(std::move(reply));
  write_soon();
  account();
}

// Small ones leave together. Large ones are not copied, nor does anything grow that has much in it: it would double.
void StreamConnection::append(xdr::Encoder reply) {
  xdr::Encoder* const last = !next_.empty() ? &next_.back() : more_ ? nullptr : &unsent_;
  if (last && last->size() == 0)
    *last = std::move(reply);
  else if (last && last->size() + reply.size() <= kept_together)
    last->raw(reply.bytes());
  else
    next_.push_back(std::move(reply));
}

bool StreamConnection::go_on_with(More more) {
  more_ = std::move(more);
  return true;
}

void StreamConnection::write_more() {
  record_began_.reset();  // the next call is not late where it waits for us
  unsent_.u32(0);         // room for the fragment's mark
  const bool is_last = !more_(unsent_);
  set_mark(unsent_, 0, is_last);
  if (is_last) more_ = nullptr;
  account();
  if (pool_) wait_for(EPOLLOUT);
}

void StreamConnection::forget_late_reply(std::size_t bytes) {
  --late_;
  late_bytes_ -= bytes;
  resume();
  if (pool_ && (pool_->finishing_ || hung_up_)) write_soon();
}

void StreamConnection::close_when_done() {
  if (late_ == 0 && sent_ == unsent_.size() && has_been_received(socket_.get())) close();
}

bool StreamConnection::is_full() const { return has_enough_late() || pool_->late_->is_full(share_->first); }

bool StreamConnection::has_enough_late() const {
  return late_ >= pool_->limits_.max_late || late_bytes_ >= pool_->limits_.max_late_bytes;
}

void StreamConnection::wait_for_room() {
  paused_ = true;
  wait_for(0);
  if (has_enough_late() || in_line_) return;  // one of its own will end
  in_line_ = true;
  pool_->late_->wait_for_room(share_->first, [connection = weak_from_this()] {
    if (const auto self = connection.lock()) {
      self->in_line_ = false;
      self->resume();
    }
  });
}

void StreamConnection::resume() {
  if (!pool_ || !std::exchange(paused_, false)) return;
  record_began_.reset();
  write_soon();
}

void StreamConnection::wait_for(std::uint32_t events) {
  const std::uint32_t before = std::exchange(waiting_for_, events);
  if (events == before) return;
  if (events == 0)
    pool_->ready_.remove(socket_.get(), *this);
  else if (before == 0)
    pool_->ready_.add(socket_.get(), events, *this);
  else
    pool_->ready_.change(socket_.get(), events, *this);
}

void StreamConnection::on_ready() {
  step(waiting_for_ == EPOLLIN ? &StreamConnection::on_readable : &StreamConnection::on_writable);
}

void StreamConnection::write_soon() {
  if (!std::exchange(writing_soon_, true)) pool_->write_soon(shared_from_this());
}

void StreamConnection::write_now() {
  writing_soon_ = false;
  step(&StreamConnection::on_writable);
}

void StreamConnection::step(void (StreamConnection::*next)()) {
  if (!pool_) return;
  const auto keep_alive = shared_from_this();
  in_step_ = true;
  try {
    (this->*next)();
  } catch (...) {  // no memory: this peer's loss only
    close();
  }
  in_step_ = false;
  if (!pool_) forget_memory();
}

void StreamConnection::on_readable() {
  if (pool_->finishing_) return wait_for(0);
  if (writing_soon_) return;  // and then it reads on
  reader_.take_memory(pool_->arriving_);
  const std::span<std::byte> room = reader_.room();
  const ssize_t received = ::recv(socket_.get(), room.data(), room.size(), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
    return reader_.give_memory(pool_->arriving_);
  }
  if (received <= 0) {
    reader_.give_memory(pool_->arriving_);
    return received == 0 ? hang_up() : close();
  }
  stay_alive();
  reader_.received(static_cast<std::size_t>(received));
  serve();
}

// It may have said all it has to, and wait for replies that are still to come.
void StreamConnection::hang_up() {
  if (late_ == 0) return close();
  hung_up_ = true;
  reader_.forget();  // the rest of a call will not come
  account();
  if (pool_) wait_for(0);
}

void StreamConnection::on_writable() {
  const auto sent = send(unsent_, sent_);
  if (!sent) return close();
  if (*sent != 0) stay_alive();
  sent_ += *sent;
  if (sent_ != unsent_.size()) return wait_for(EPOLLOUT);
  unsent_ = xdr::Encoder();
  sent_ = 0;
  if (more_) return write_more();
  if (!next_.empty()) {
    unsent_ = std::move(next_.front());
    next_.pop_front();
    return wait_for(EPOLLOUT);
  }
  if (drop_when_sent_) return close();
  if (pool_->finishing_) return close_when_done();
  if (hung_up_) return hang_up();
  serve();
}

void StreamConnection::serve() {
  xdr::Encoder& replies = pool_->replies_;
  replies.clear();
  replies.keep_large(sent_in_place);
  serving_ = true;
  const Served served = serve_arrived(replies);
  serving_ = false;
  if (!pool_) return;
  const auto sent = send(replies, 0);
  if (!sent) return close();
  const bool all_sent = *sent == replies.size();
  // Late ones that came while these were made.
  if ((more_ || !all_sent) && unsent_.size() != 0) next_.push_front(std::exchange(unsent_, xdr::Encoder()));
  if (all_sent && served == Served::then_drop) return close();
  if (!all_sent) {
    std::swap(unsent_, replies);
    sent_ = *sent;
    drop_when_sent_ = served == Served::then_drop;
  }
  replies.clear();
  replies.shrink();
  reader_.give_memory(pool_->arriving_);
  if (!reader_.is_partial())
    record_began_.reset();
  else if (!record_began_)
    record_began_ = pool_->clock_;
  account();
  if (!pool_) return;
  // Others have their turn before the rest of this one's calls.
  if (!all_sent) return wait_for(EPOLLOUT);
  if (more_) return write_more();
  if (is_full()) return wait_for_room();
  wait_for(EPOLLIN);
  if (served == Served::some) write_soon();
}

StreamConnection::Served StreamConnection::serve_arrived(xdr::Encoder& replies) {
  const TimePoint now = about_now();
  try {
    for (int calls = 0; !is_full(); ++calls) {
      const auto record = reader_.next();
      if (!record) break;
      record_began_.reset();
      if (serve_one(*record, now, replies) == Verdict::drop) return Served::then_drop;
      if (!pool_) break;
      if (more_) return Served::some;
      const bool has_much_unsent = unsent_.size() + made_ >= send_at || !next_.empty();
      if (replies.size() >= send_at || has_much_unsent || replies.has_large() || calls == calls_at_once)
        return reader_.is_partial() ? Served::some : Served::all;
    }
  } catch (const rpc::Error& error) {  // a record too long, or in too many fragments: those before it are answered
    pool_->tell_refused(protocol_, peer_, error.what());
    return Served::then_drop;
  }
  return Served::all;
}

Verdict StreamConnection::serve_one(xdr::BytesView record, TimePoint came, xdr::Encoder& replies) {
  const std::size_t start = replies.size();
  replies.u32(0);  // room for the record mark
  record_size_ = record.size();
  has_called_ = true;
  const Arrival arrival{
      protocol_, peer_, local_, peer_uid_, pool_->limits_.max_record, this, reader_.memory_of_record(), came};
  const Verdict verdict = pool_->handler_(record, arrival, replies);
  if (verdict == Verdict::drop || replies.size() == start + mark_size)
    replies.truncate(start);
  else
    set_mark(replies, start, !more_);
  return verdict;
}

std::optional<std::size_t> StreamConnection::send(const xdr::Encoder& replies, std::size_t sent) {
  if (replies.size() == sent) return 0;
  const ssize_t size = send_rest(socket_.get(), replies, sent);
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

}  // namespace onc::transport
