#include <onc/transport/stream_connection.h>
#include <onc/transport/stream_pool.h>

#include <algorithm>

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
      late_(std::make_shared<LateReplies>(limits.max_late_of_all)) {
  wait_to_sweep();
}

StreamPool::~StreamPool() { close(); }

void StreamPool::close() {
  sweeper_.cancel();
  while (!connections_.empty()) connections_.front()->close();
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
  while (buffered_ > limits_.max_buffered) {
    const auto largest = std::max_element(connections_.begin(), connections_.end(),
                                          [](const auto& a, const auto& b) { return a->buffered() < b->buffered(); });
    if (largest == connections_.end() || (*largest)->buffered() == 0) return;
    (*largest)->refuse(
        "all connections together hold too much of calls half received and replies half sent, and this "
        "one most");
  }
}

void StreamPool::wait_to_sweep() {
  sweeper_.expires_after(sweep_every);
  sweeper_.async_wait(sweeping_.keep([this](asio::error_code error) {
    if (!error) sweep();
  }));
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
