#include <onc/rpc/error.h>
#include <onc/transport/async_channel.h>

#include <asio/post.hpp>

#include <array>
#include <cerrno>
#include <exception>
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

AsyncSocketChannel::AsyncSocketChannel(asio::posix::stream_descriptor socket, Owner& owner)
    : socket_(std::move(socket)),
      executor_(socket_.get_executor()),
      owner_(&owner),
      clients_(WaitTogether::of(executor_)) {
  if (!clients_) return;
  clients_->come();
  if (clients_->pays()) {
    together_ = clients_;
    socket_together_ = Socket(socket_.release());
  }
}

AsyncSocketChannel::~AsyncSocketChannel() { AsyncSocketChannel::close(); }

void AsyncSocketChannel::close() {
  owner_ = nullptr;
  if (together_) {
    rest();
    if (is_added_) together_->remove(socket_together_.get(), *this);
    is_added_ = false;
    socket_together_ = Socket();
  }
  if (clients_) std::exchange(clients_, nullptr)->go();
  asio::error_code ignored;
  socket_.close(ignored);
}

// Here and below: what is noted as begun has begun, also where there was no memory to begin it the first time.
void AsyncSocketChannel::wake() {
  if (awake_) return;
  listen();
  awake_ = true;
}

// What Asio waits for ends with an error, and then looks whether it is wanted again by now.
void AsyncSocketChannel::rest() {
  awake_ = false;
  asio::error_code ignored;
  if (!together_)
    socket_.cancel(ignored);
  else if (std::exchange(is_counted_, false))
    together_->rest();
}

void AsyncSocketChannel::listen() {
  if (!together_ || !join()) return wait_to_read();
  if (is_counted_) return;
  together_->wake();
  is_counted_ = true;
}

bool AsyncSocketChannel::join() {
  if (is_added_) return true;
  is_added_ = together_->add(socket_together_.get(), EPOLLIN, *this);
  if (!is_added_) wait_alone();
  return is_added_;
}

void AsyncSocketChannel::wait_alone() {
  together_ = nullptr;
  socket_.assign(socket_together_.get());
  socket_together_.release();
}

void AsyncSocketChannel::wait_to_read() {
  if (reading_) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this(), this](asio::error_code) {
    reading_ = false;
    if (owner_ && awake_) turn();
  });
  reading_ = true;
}

void AsyncSocketChannel::wait_to_write() {
  if (together_) {
    wants_to_write_ = true;
    return together_->change(socket_together_.get(), EPOLLIN | EPOLLOUT, *this);
  }
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this(), this](asio::error_code) { write(); });
}

// For one that rests something has come all the same, as when the peer hangs up: it would be named again and again.
void AsyncSocketChannel::on_ready() {
  const auto self = shared_from_this();
  if (std::exchange(wants_to_write_, false)) {
    together_->change(socket_together_.get(), EPOLLIN, *this);
    write();
  }
  if (!owner_) return;
  if (awake_) return turn();
  together_->remove(socket_together_.get(), *this);
  is_added_ = false;
}

// Whatever leaves its parts, a turn ends: those that were answered go on, and the socket is listened to.
void AsyncSocketChannel::turn() {
  std::exception_ptr failure;
  try {
    receive();
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    if (owner_) owner_->on_turn_end();
  } catch (...) {
    failure = std::current_exception();
  }
  end_turn(!failure);
  if (failure) std::rethrow_exception(failure);
}

void AsyncSocketChannel::end_turn(bool in_peace) {
  if (owner_) write_at_end(in_peace);
  if (owner_ && awake_) listen();
}

AsyncStreamChannel::AsyncStreamChannel(asio::posix::stream_descriptor socket, std::size_t max_record, Owner& owner)
    : AsyncSocketChannel(std::move(socket), owner), reader_(max_record) {}

AsyncChannel::Ticket AsyncStreamChannel::send(std::shared_ptr<xdr::Encoder> message) {
  set_mark(*message);
  queue_.push_back(std::move(message));
  try {
    write_soon();
  } catch (...) {
    queue_.pop_back();
    throw;
  }
  return first_ + queue_.size() - 1;
}

bool AsyncStreamChannel::take_back(Ticket ticket) {
  if (ticket < first_ || (ticket == first_ && sent_of_front_ != 0)) return false;
  queue_[static_cast<std::size_t>(ticket - first_)].reset();
  return true;
}

bool AsyncStreamChannel::is_hung_up() {
  std::byte next;
  const ssize_t waiting = ::recv(descriptor(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return waiting == 0 || (waiting < 0 && !would_block(errno));
}

void AsyncStreamChannel::end(std::error_code why) {
  if (Owner* const told = owner()) told->on_end(why);
}

void AsyncStreamChannel::write_at_end(bool in_peace) {
  in_turn_ = false;
  if (queue_.empty() || writing_) return;
  if (in_peace)
    write();
  else
    write_soon();
}

void AsyncStreamChannel::receive() {
  in_turn_ = true;
  try {
    const std::span<std::byte> room = reader_.room();
    const ssize_t received = ::recv(descriptor(), room.data(), room.size(), 0);
    if (received < 0 && would_block(errno)) return;
    if (received < 0) return end(error_code(errno));
    if (received == 0) return end(make_error_code(rpc::errc::connection_lost));
    reader_.received(static_cast<std::size_t>(received));
    while (const auto record = reader_.next()) {
      owner()->on_message(*record, reader_.memory_of_record());
      if (!owner()) return;
    }
  } catch (const rpc::Error& error) {  // too long, or in too many fragments
    return end(error.code());
  } catch (const std::bad_alloc&) {
    return end(make_error_code(std::errc::not_enough_memory));
  }
}

void AsyncStreamChannel::write_soon() {
  if (in_turn_ || writing_) return;
  asio::post(executor(), [self = shared_from_this(), this] { write(); });
  writing_ = true;
}

void AsyncStreamChannel::write() {
  writing_ = false;
  if (!owner() || !is_awake()) return;
  std::array<iovec, messages_at_once> pieces;
  std::size_t count = 0;
  for (std::size_t i = 0; i < queue_.size() && count < pieces.size(); ++i)
    if (queue_[i]) pieces[count++] = {queue_[i]->data(), queue_[i]->size()};
  if (count == 0) return sent(0);
  if (queue_.front()) {
    pieces[0].iov_base = static_cast<std::byte*>(pieces[0].iov_base) + sent_of_front_;
    pieces[0].iov_len -= sent_of_front_;
  }
  const ssize_t size = send_pieces(descriptor(), {pieces.data(), count});
  if (size < 0 && !would_block(errno)) return end(error_code(errno));
  if (size > 0) sent(static_cast<std::size_t>(size));
  if (!queue_.empty()) {
    wait_to_write();
    writing_ = true;
  }
  if (owner()) owner()->on_sent(first_);
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
    : AsyncSocketChannel(std::move(socket), owner), buffer_(max_datagram) {}

// One that the socket has no room for is as good as lost on the way.
AsyncChannel::Ticket AsyncDatagramChannel::send(std::shared_ptr<xdr::Encoder> message) {
  const xdr::BytesView datagram = message->bytes().subspan(mark_size);
  if (::send(descriptor(), datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return 0;
  if (!would_block(errno) && errno != ENOBUFS) throw std::system_error(error_code(errno));
  return 0;
}

void AsyncDatagramChannel::receive() {
  for (int i = 0; i < datagrams_at_once && owner() && is_awake(); ++i) {
    const ssize_t received = ::recv(descriptor(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (received < 0 && would_block(errno)) break;
    if (received < 0) return owner()->on_end(error_code(errno));
    if (!owner()->on_message({buffer_.data(), static_cast<std::size_t>(received)}, nullptr)) return;
  }
}

}  // namespace onc::transport
