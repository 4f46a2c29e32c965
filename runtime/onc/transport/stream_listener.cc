#include <onc/transport/stream_listener.h>

#include <cerrno>
#include <exception>
#include <new>

#include <poll.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

constexpr std::chrono::milliseconds pause_without_resources{100};

// Between two of these the connected are served.
constexpr int accepted_at_once_alone = 64;

}  // namespace

StreamListener::StreamListener(asio::io_context& context, Socket socket, Protocol protocol, StreamPool& pool,
                               bool is_shared)
    : listener_(context),
      pause_(context),
      protocol_(protocol),
      pool_(pool),
      accepted_at_once_(is_shared ? 1 : accepted_at_once_alone) {
  listener_.assign(socket.get());
  socket.release();
  wait_for_peers();
}

void StreamListener::close() {
  closed_ = true;
  pause_.cancel();
  asio::error_code ignored;
  listener_.close(ignored);
}

void StreamListener::wait_for_peers() {
  if (closed_) return;  // a pause that was over by then
  listener_.async_wait(asio::posix::stream_descriptor::wait_read, waiting_.keep([this](asio::error_code error) {
    if (!error) accept_all();
  }));
}

// Whoever has to make room for another is to be seen calling before: nobody but one at a time is closed, so that many
// who come at once do not drive out those who are served.
void StreamListener::accept_all() {
  for (int i = 0; i < accepted_at_once_; ++i) {
    const Accepted accepted = accept_one();
    if (accepted == Accepted::none || accepted == Accepted::one_for_another) break;
    if (accepted == Accepted::lost) return pause();
    if (accepted != Accepted::out_of_resources) continue;
    if (!make_room()) return pause();
    break;
  }
  wait_for_peers();
}

StreamListener::Accepted StreamListener::accept_one() {
  Address peer;
  socklen_t size = Address::capacity();
  Socket socket(::accept4(listener_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) {
    const bool out = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (out) return Accepted::out_of_resources;
    return errno == EAGAIN ? Accepted::none : Accepted::one;  // a peer that left already counts as served
  }
  peer.resize(size);
  try {
    if (pool_.add(std::move(socket), protocol_, peer)) return Accepted::one_for_another;
  } catch (const std::bad_alloc&) {  // this peer's loss only: to close another would not bring it back
    return Accepted::lost;
  } catch (const std::exception&) {  // the kernel watches no more descriptors
    return Accepted::out_of_resources;
  }
  return Accepted::one;
}

// Linux says EMFILE before it looks whether anybody waits, and so says it to a queue that is empty as well.
bool StreamListener::make_room() { return somebody_waits() && pool_.evict_longest_silent(); }

bool StreamListener::somebody_waits() {
  pollfd queue{.fd = listener_.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&queue, 1, 0) == 1;
}

// Waiting for readiness would spin, as the peer stays in the queue.
void StreamListener::pause() try {
  pause_.expires_after(pause_without_resources);
  pause_.async_wait(waiting_.keep([this](asio::error_code error) {
    if (!error) wait_for_peers();
  }));
} catch (const std::bad_alloc&) {  // Asio had no room for another timer
  wait_for_peers();
}

}  // namespace onc::transport
