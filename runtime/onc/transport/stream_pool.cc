#include <onc/transport/stream_connection.h>
#include <onc/transport/stream_pool.h>

#include <asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace onc::transport {
namespace {

constexpr std::chrono::seconds sweep_every{1};

}  // namespace

StreamPool::StreamPool(asio::io_context& context, const StreamLimits& limits, Handler& handler, Count& open)
    : context_(context),
      ready_(context),
      sweeper_(context),
      limits_(limits),
      handler_(handler),
      open_(open),
      late_(std::make_shared<LateReplies>(limits.max_late_of_all, limits.max_late_bytes_of_all)) {
  wait_to_sweep();
}

StreamPool::~StreamPool() { close(); }

void StreamPool::close() {
  sweeper_.cancel();
  while (!connections_.empty()) connections_.front()->close();
  last_to_write_ = nullptr;
  while (first_to_write_) first_to_write_ = std::move(first_to_write_->next_to_write_);
}

void StreamPool::write_soon(std::shared_ptr<StreamConnection> connection) {
  StreamConnection* const last = connection.get();
  if (first_to_write_)
    last_to_write_->next_to_write_ = std::move(connection);
  else
    first_to_write_ = std::move(connection);
  if (std::exchange(last_to_write_, last)) return;
  asio::post(context_, writing_.keep([this] { let_write(); }));
}

void StreamPool::let_write() {
  last_to_write_ = nullptr;
  auto connection = std::move(first_to_write_);
  while (connection) {
    auto next = std::move(connection->next_to_write_);
    connection->write_now();
    connection = std::move(next);
  }
}

void StreamPool::tell_refused(Protocol protocol, const Address& peer, const char* why) const noexcept {
  if (!on_refused_) return;
  try {
    on_refused_(protocol, peer, why);
  } catch (...) {  // the peer's end does not depend on it
  }
}

void StreamPool::finish() {
  finishing_ = true;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    connection->close_when_done();
  }
}

void StreamPool::add(Socket socket, Protocol protocol, const Address& peer) {
  const auto connection = std::make_shared<StreamConnection>(*this, std::move(socket), protocol, peer);
  const auto place = connections_.insert(connections_.end(), connection);
  // Counted first: of pools that add at the same time, each sees its own newcomer.
  const bool is_one_too_many = ++open_ > limits_.max_connections;
  try {
    connection->start(place);
  } catch (...) {
    connection->close();
    throw;
  }
  if (!is_one_too_many) return;
  if (connections_.size() > 1)
    evict_longest_silent();
  else if (ask_others_)
    ask_others_();
}

bool StreamPool::evict_longest_silent() {
  if (connections_.empty()) return false;
  connections_.front()->refuse("another needs its place, and it was silent longest");
  return true;
}

void StreamPool::account(std::size_t before, std::size_t after) {
  buffered_ = buffered_ - before + after;
  if (buffered_ > limits_.max_buffered) trim();
  while (buffered_ > limits_.max_buffered) {
    const auto largest = std::max_element(connections_.begin(), connections_.end(),
                                          [](const auto& a, const auto& b) { return a->buffered() < b->buffered(); });
    if (largest == connections_.end() || (*largest)->buffered() == 0) return;
    (*largest)->refuse(
        "all connections together hold too much of calls half received and replies half sent, and this "
        "one most");
  }
}

void StreamPool::trim() {
  for (const auto& connection : connections_) {
    buffered_ -= connection->buffered();
    connection->trim();
    buffered_ += connection->buffered();
  }
}

void StreamPool::wait_to_sweep() try {
  sweeper_.expires_after(sweep_every);
  sweeper_.async_wait(sweeping_.keep([this](asio::error_code error) {
    if (!error) sweep();
  }));
} catch (const std::bad_alloc&) {  // Asio had no room for another timer
  asio::post(context_, sweeping_.keep([this] { wait_to_sweep(); }));
}

void StreamPool::sweep() {
  clock_ += sweep_every;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    if (connection->is_overdue()) connection->give_up();
  }
  wait_to_sweep();
}

}  // namespace onc::transport
