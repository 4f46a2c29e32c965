#include <onc/rpc/error.h>
#include <onc/transport/async_channel.h>

#include <asio/post.hpp>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace onc::transport {
namespace {

// Sent by one system call.
constexpr std::size_t messages_at_once = 64;
// Received before others have their turn.
constexpr int datagrams_at_once = 64;
// The longest datagram IP can carry.
constexpr std::size_t max_datagram = 65'535;

std::error_code error_code(int error) { return {error, std::generic_category()}; }
bool would_block(int error) { return error == EAGAIN || error == EINTR; }

// One alone is sent by the cheaper call.
ssize_t send_pieces(int descriptor, std::span<iovec> pieces) {
  if (pieces.size() == 1) return ::send(descriptor, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

}  // namespace

AsyncStreamChannel::AsyncStreamChannel(asio::posix::stream_descriptor socket, std::size_t max_record, Owner& owner)
    : socket_(std::move(socket)), owner_(&owner), reader_(max_record) {}

AsyncChannel::Ticket AsyncStreamChannel::send(std::shared_ptr<xdr::Encoder> message) {
  set_mark(*message);
  queue_.push_back(std::move(message));
  write_soon();
  return first_ + queue_.size() - 1;
}

bool AsyncStreamChannel::take_back(Ticket ticket) {
  if (ticket < first_ || (ticket == first_ && sent_of_front_ != 0)) return false;
  queue_[static_cast<std::size_t>(ticket - first_)].reset();
  return true;
}

void AsyncStreamChannel::wake() {
  awake_ = true;
  wait_to_read();
}

// What was waited for ends with an error, and then looks whether it is wanted again by now.
void AsyncStreamChannel::rest() {
  awake_ = false;
  asio::error_code ignored;
  socket_.cancel(ignored);
}

bool AsyncStreamChannel::is_hung_up() {
  std::byte next;
  const ssize_t waiting = ::recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return waiting == 0 || (waiting < 0 && !would_block(errno));
}

void AsyncStreamChannel::close() {
  owner_ = nullptr;
  asio::error_code ignored;
  socket_.close(ignored);
}

void AsyncStreamChannel::end(std::error_code why) {
  if (Owner* owner = owner_) owner->on_end(why);
}

void AsyncStreamChannel::wait_to_read() {
  if (std::exchange(reading_, true)) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](asio::error_code) {
    self->reading_ = false;
    if (self->owner_ && self->awake_) self->on_readable();
  });
}

void AsyncStreamChannel::on_readable() {
  in_turn_ = true;
  receive();
  const auto end = [this](AsyncStreamChannel*) {
    in_turn_ = false;
    if (owner_ && !queue_.empty()) write_soon();
    if (owner_ && awake_) wait_to_read();
  };
  const std::unique_ptr<AsyncStreamChannel, decltype(end)> at_end(this, end);  // whatever is thrown
  if (owner_) owner_->on_turn_end();
  if (owner_ && !queue_.empty() && !writing_) write();
}

void AsyncStreamChannel::receive() {
  try {
    const std::span<std::byte> room = reader_.room();
    const ssize_t received = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
    if (received < 0 && would_block(errno)) return;
    if (received < 0) return end(error_code(errno));
    if (received == 0) return end(make_error_code(rpc::errc::connection_lost));
    reader_.received(static_cast<std::size_t>(received));
    while (const auto record = reader_.next()) {
      owner_->on_message(*record, reader_.memory_of_record());
      if (!owner_) return;
    }
  } catch (const rpc::Error& error) {  // too long, or in too many fragments
    return end(error.code());
  } catch (const std::bad_alloc&) {
    return end(make_error_code(std::errc::not_enough_memory));
  }
}

void AsyncStreamChannel::write_soon() {
  if (in_turn_ || std::exchange(writing_, true)) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->write(); });
}

void AsyncStreamChannel::wait_to_write() {
  if (std::exchange(writing_, true)) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this()](asio::error_code) { self->write(); });
}

void AsyncStreamChannel::write() {
  writing_ = false;
  if (!owner_ || !awake_) return;
  std::array<iovec, messages_at_once> pieces;
  std::size_t count = 0;
  for (std::size_t i = 0; i < queue_.size() && count < pieces.size(); ++i)
    if (queue_[i]) pieces[count++] = {queue_[i]->data(), queue_[i]->size()};
  if (count == 0) return sent(0);
  if (queue_.front()) {
    pieces[0].iov_base = static_cast<std::byte*>(pieces[0].iov_base) + sent_of_front_;
    pieces[0].iov_len -= sent_of_front_;
  }
  const ssize_t size = send_pieces(socket_.native_handle(), {pieces.data(), count});
  if (size < 0 && !would_block(errno)) return end(error_code(errno));
  if (size > 0) sent(static_cast<std::size_t>(size));
  if (!queue_.empty()) wait_to_write();
  if (owner_) owner_->on_sent(first_);
}

void AsyncStreamChannel::sent(std::size_t size) {
  sent_of_front_ += size;
  while (!queue_.empty()) {
    const std::size_t front = queue_.front() ? queue_.front()->size() : 0;
    if (sent_of_front_ < front) return;
    sent_of_front_ -= front;
    queue_.pop_front();
    ++first_;
  }
}

AsyncDatagramChannel::AsyncDatagramChannel(asio::posix::stream_descriptor socket, Owner& owner)
    : socket_(std::move(socket)), owner_(&owner), buffer_(max_datagram) {}

// One that the socket has no room for is as good as lost on the way.
AsyncChannel::Ticket AsyncDatagramChannel::send(std::shared_ptr<xdr::Encoder> message) {
  const xdr::BytesView datagram = message->bytes().subspan(mark_size);
  if (::send(socket_.native_handle(), datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return 0;
  if (!would_block(errno) && errno != ENOBUFS) throw std::system_error(error_code(errno));
  return 0;
}

void AsyncDatagramChannel::wake() {
  awake_ = true;
  wait_to_read();
}

void AsyncDatagramChannel::rest() {
  awake_ = false;
  asio::error_code ignored;
  socket_.cancel(ignored);
}

void AsyncDatagramChannel::close() {
  owner_ = nullptr;
  asio::error_code ignored;
  socket_.close(ignored);
}

void AsyncDatagramChannel::wait_to_read() {
  if (std::exchange(reading_, true)) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](asio::error_code) {
    self->reading_ = false;
    if (self->owner_ && self->awake_) self->on_readable();
  });
}

void AsyncDatagramChannel::on_readable() {
  receive();
  const auto end = [this](AsyncDatagramChannel*) {
    if (owner_ && awake_) wait_to_read();
  };
  const std::unique_ptr<AsyncDatagramChannel, decltype(end)> at_end(this, end);  // whatever is thrown
  if (owner_) owner_->on_turn_end();
}

void AsyncDatagramChannel::receive() {
  for (int i = 0; i < datagrams_at_once && owner_ && awake_; ++i) {
    const ssize_t received = ::recv(socket_.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (received < 0 && would_block(errno)) break;
    if (received < 0) return owner_->on_end(error_code(errno));
    if (!owner_->on_message({buffer_.data(), static_cast<std::size_t>(received)}, nullptr)) return;
  }
}

}  // namespace onc::transport
