#include <onc/rpc/error.h>
#include <onc/transport/send.h>
#include <onc/transport/socket_channel.h>

#include <cerrno>

#include <sys/socket.h>
#include <sys/time.h>

namespace onc::transport {
namespace {

// A deadline may be overstepped by this much, so that calls in a row need not set it again.
constexpr std::chrono::microseconds slack{2'000};

// The longest datagram IP can carry.
constexpr std::size_t max_datagram = 65'535;

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

}  // namespace

bool SocketTimeout::arm(TimePoint deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
  if (left.count() <= 0) return false;
  // Too early is harmless: the caller looks at the clock and waits again.
  if (left + slack >= armed_ && left <= 2 * armed_) return true;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timeval time{.tv_sec = seconds.count(), .tv_usec = (left - seconds).count()};
  if (::setsockopt(descriptor_, SOL_SOCKET, option_, &time, sizeof time) != 0) fail(errno);
  armed_ = left;
  return true;
}

StreamChannel::StreamChannel(Socket socket, std::string peer, std::size_t max_record)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      reader_(max_record),
      receive_timeout_(socket_.get(), SO_RCVTIMEO),
      send_timeout_(socket_.get(), SO_SNDTIMEO) {}

void StreamChannel::send(xdr::Encoder& message, TimePoint deadline) {
  set_mark(message);
  for (std::size_t sent = 0; sent < message.size();) {
    if (!send_timeout_.arm(deadline)) fail(ETIMEDOUT);
    const ssize_t size = send_or_fail(message, sent);
    if (size >= 0)
      sent += static_cast<std::size_t>(size);
    else if (errno != EINTR && errno != EAGAIN)
      fail(errno);
  }
}

// Also without memory: a record that has begun to leave and does not go on is no place for the next.
ssize_t StreamChannel::send_or_fail(const xdr::Encoder& message, std::size_t sent) {
  try {
    return send_rest(socket_.get(), message, sent);
  } catch (const std::bad_alloc&) {
    fail(ENOMEM);
  }
}

void StreamChannel::send_records(xdr::BytesView left, TimePoint deadline) {
  while (!left.empty()) {
    if (!send_timeout_.arm(deadline)) fail(ETIMEDOUT);
    const ssize_t sent = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent >= 0)
      left = left.subspan(static_cast<std::size_t>(sent));
    else if (errno != EINTR && errno != EAGAIN)
      fail(errno);
  }
}

std::optional<xdr::BytesView> StreamChannel::receive(TimePoint deadline) {
  while (true) {
    if (auto record = reader_.next()) return record;
    if (!receive_timeout_.arm(deadline)) return std::nullopt;
    const std::span<std::byte> room = reader_.room();
    const ssize_t received = ::recv(socket_.get(), room.data(), room.size(), 0);
    if (received > 0)
      reader_.received(static_cast<std::size_t>(received));
    else if (received == 0)
      throw rpc::Error(rpc::errc::connection_lost, "the peer closed the connection");
    else if (errno != EINTR && errno != EAGAIN)
      fail(errno);
  }
}

bool StreamChannel::is_hung_up() {
  std::byte next;
  const ssize_t waiting = ::recv(socket_.get(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return waiting == 0 || (waiting < 0 && errno != EAGAIN && errno != EINTR);
}

DatagramChannel::DatagramChannel(Socket socket, std::string peer, std::vector<Address> others)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      others_(std::move(others)),
      buffer_(max_datagram),
      receive_timeout_(socket_.get(), SO_RCVTIMEO),
      send_timeout_(socket_.get(), SO_SNDTIMEO) {}

void DatagramChannel::send(xdr::Encoder& message, TimePoint deadline) {
  datagram_ = message.bytes().subspan(mark_size);
  if (!send_datagram(deadline)) fail(ETIMEDOUT);
}

bool DatagramChannel::send_datagram(TimePoint deadline) {
  while (true) {
    if (!send_timeout_.arm(deadline)) return false;
    if (::send(socket_.get(), datagram_.data(), datagram_.size(), MSG_NOSIGNAL) >= 0) return true;
    const int error = errno;
    if (error == EINTR || error == EAGAIN) continue;
    if (error != ECONNREFUSED || !turn_to_another()) fail(error);
  }
}

bool DatagramChannel::turn_to_another() {
  while (!others_.empty()) {
    const Address next = others_.front();
    others_.erase(others_.begin());
    Socket socket(::socket(next.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0 || ::connect(socket.get(), next.data(), next.size()) != 0) continue;
    socket_ = std::move(socket);
    receive_timeout_ = SocketTimeout(socket_.get(), SO_RCVTIMEO);
    send_timeout_ = SocketTimeout(socket_.get(), SO_SNDTIMEO);
    return true;
  }
  return false;
}

std::optional<xdr::BytesView> DatagramChannel::receive(TimePoint deadline) {
  while (true) {
    if (!receive_timeout_.arm(deadline)) return std::nullopt;
    const ssize_t received = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (received >= 0) {
      others_.clear();  // somebody is there
      return xdr::BytesView(buffer_.data(), static_cast<std::size_t>(received));
    }
    const int error = errno;
    if (error == EINTR || error == EAGAIN) continue;
    if (error != ECONNREFUSED || !turn_to_another()) fail(error);
    if (!send_datagram(deadline)) return std::nullopt;
  }
}

}  // namespace onc::transport
