#include <onc/transport/stream_connection.h>
#include <onc/transport/stream_server.h>

#include <cerrno>

#include <sys/socket.h>

namespace onc::transport {
namespace {

constexpr std::chrono::seconds sweep_every{1};
constexpr std::chrono::milliseconds pause_without_descriptors{100};

// Between two of these the connected are served.
constexpr int accepted_at_once = 64;

}  // namespace

StreamServer::StreamServer(asio::io_context& context, Socket listener, Protocol protocol, StreamLimits limits,
                           Handler& handler)
    : listener_(context, listener.release()),
      sweeper_(context),
      pause_(context),
      protocol_(protocol),
      limits_(limits),
      handler_(handler) {
  wait_for_peers();
  wait_to_sweep();
}

StreamServer::~StreamServer() { close(); }

void StreamServer::close() {
  asio::error_code ignored;
  listener_.close(ignored);
  sweeper_.cancel();
  pause_.cancel();
  while (!connections_.empty()) connections_.front()->close();
}

void StreamServer::wait_for_peers() {
  listener_.async_wait(asio::posix::stream_descriptor::wait_read, [this](asio::error_code error) {
    if (!error) accept_all();
  });
}

void StreamServer::accept_all() {
  for (int i = 0; i < accepted_at_once; ++i) {
    if (accept_one()) continue;
    if (errno == EAGAIN) break;
    const bool no_descriptors = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (!no_descriptors || evict_one()) continue;
    // Nothing to evict: waiting for readiness would spin, as the peer stays in the queue.
    pause_.expires_after(pause_without_descriptors);
    return pause_.async_wait([this](asio::error_code error) {
      if (!error) wait_for_peers();
    });
  }
  wait_for_peers();
}

bool StreamServer::accept_one() {
  Address peer;
  socklen_t size = Address::capacity();
  Socket socket(::accept4(listener_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) return false;
  peer.resize(size);
  if (connections_.size() >= limits_.max_connections) evict_one();
  const auto connection = std::make_shared<StreamConnection>(*this, std::move(socket), peer);
  connection->start(connections_.insert(connections_.end(), connection));
  return true;
}

bool StreamServer::evict_one() {
  if (connections_.empty()) return false;
  connections_.front()->close();
  return true;
}

void StreamServer::wait_to_sweep() {
  sweeper_.expires_after(sweep_every);
  sweeper_.async_wait([this](asio::error_code error) {
    if (!error) sweep();
  });
}

void StreamServer::sweep() {
  clock_ += sweep_every;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    const auto silent = clock_ - connection->last_sign_of_life();
    if (silent > (connection->is_partial() ? limits_.partial : limits_.idle)) connection->close();
  }
  wait_to_sweep();
}

}  // namespace onc::transport
