#include <onc/transport/stream_connection.h>

#include <cerrno>
#include <exception>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

// Replies are sent when this much has gathered, however many calls are waiting.
constexpr std::size_t send_at = std::size_t{256} << 10;

Address local_address(int descriptor) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getsockname(descriptor, address.data(), &size) == 0) address.resize(size);
  return address;
}

std::optional<uid_t> peer_uid(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace

StreamConnection::StreamConnection(StreamServer& server, Socket socket, const Address& peer)
    : server_(&server),
      socket_(server.listener_.get_executor()),
      peer_(peer),
      local_(local_address(socket.get())),
      reader_(server.limits_.max_record) {
  if (server.protocol_ == Protocol::local) {
    peer_uid_ = peer_uid(socket.get());
  } else {
    const int on = 1;  // replies are written whole: nothing is gained by waiting for more
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  socket_.assign(asio::generic::stream_protocol(local_.family(), 0), socket.release());
  socket_.native_non_blocking(true);
}

void StreamConnection::start(StreamServer::Connections::iterator self) {
  self_ = self;
  last_sign_of_life_ = server_->clock_;
  wait_to_read();
}

void StreamConnection::close() {
  if (!server_) return;
  const auto keep_alive = shared_from_this();
  server_->connections_.erase(self_);
  server_ = nullptr;
  asio::error_code ignored;
  socket_.close(ignored);
}

void StreamConnection::stay_alive() {
  last_sign_of_life_ = server_->clock_;
  server_->connections_.splice(server_->connections_.end(), server_->connections_, self_);
}

void StreamConnection::wait_to_read() {
  socket_.async_wait(asio::socket_base::wait_read,
                     [self = shared_from_this()](asio::error_code) { self->step(&StreamConnection::on_readable); });
}

void StreamConnection::wait_to_write() {
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](asio::error_code) { self->step(&StreamConnection::on_writable); });
}

void StreamConnection::step(void (StreamConnection::*next)()) {
  if (!server_) return;
  try {
    (this->*next)();
  } catch (const std::exception&) {  // out of memory, or a record that breaks the limits: this peer's loss only
    close();
  }
}

void StreamConnection::on_readable() {
  const std::span<std::byte> room = reader_.room();
  const ssize_t received = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return wait_to_read();
  if (received <= 0) return close();
  stay_alive();
  reader_.received(static_cast<std::size_t>(received));
  serve();
}

void StreamConnection::on_writable() {
  const auto sent = send(unsent_.bytes().subspan(sent_));
  if (!sent) return close();
  if (*sent != 0) stay_alive();
  sent_ += *sent;
  if (sent_ != unsent_.size()) return wait_to_write();
  unsent_ = xdr::Encoder();
  sent_ = 0;
  serve();
}

void StreamConnection::serve() {
  while (true) {
    xdr::Encoder& replies = server_->replies_;
    replies.clear();
    const bool more = serve_arrived(replies);
    if (!server_) return;
    const auto sent = send(replies.bytes());
    if (!sent) return close();
    if (*sent != replies.size()) {
      std::swap(unsent_, replies);
      sent_ = *sent;
      return wait_to_write();
    }
    if (!more) return wait_to_read();
  }
}

// True where records are left for another round.
bool StreamConnection::serve_arrived(xdr::Encoder& replies) {
  while (const auto record = reader_.next()) {
    if (!serve_one(*record, replies)) {
      close();
      return false;
    }
    if (replies.size() >= send_at) return true;
  }
  return false;
}

bool StreamConnection::serve_one(xdr::BytesView record, xdr::Encoder& replies) {
  const std::size_t start = replies.size();
  replies.u32(0);  // room for the record mark
  const Arrival arrival{server_->protocol_, peer_, local_, peer_uid_, server_->limits_.max_record};
  if (server_->handler_(record, arrival, replies) == Verdict::drop) return false;
  if (replies.size() == start + mark_size) replies.truncate(start);
  else set_mark({replies.data() + start, replies.size() - start});
  return true;
}

std::optional<std::size_t> StreamConnection::send(xdr::BytesView bytes) {
  if (bytes.empty()) return 0;
  const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

}  // namespace onc::transport
