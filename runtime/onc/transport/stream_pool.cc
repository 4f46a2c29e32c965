#include <onc/transport/stream_connection.h>
#include <onc/transport/stream_pool.h>

#include <asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace onc::transport {
namespace {

constexpr std::chrono::seconds sweep_every{1};
constexpr std::chrono::seconds lately{2};

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
  looks_at_all_ = true;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    connection->close_when_done();
  }
  looks_at_all_ = false;
}

bool StreamPool::add(Socket socket, Protocol protocol, const Address& peer) {
  const auto connection = std::make_shared<StreamConnection>(*this, std::move(socket), protocol, peer);
  enter(*connection);
  const auto place = [&] {
    try {
      return connections_.insert(connections_.end(), connection);
    } catch (...) {
      leave(*connection);
      throw;
    }
  }();
  // Counted first: of pools that add at the same time, each sees its own newcomer.
  const bool is_one_too_many = ++open_ > limits_.max_connections;
  try {
    connection->start(place);
  } catch (...) {
    connection->close();
    throw;
  }
  if (!is_one_too_many) return false;
  if (connections_.size() > 1)
    evict_longest_silent(connection.get());
  else if (ask_others_)
    ask_others_();
  return true;
}

void StreamPool::enter(StreamConnection& connection) {
  connection.share_ = shares_.try_emplace(host_of(connection.peer_, connection.peer_uid_)).first;
  ++connection.share_->second.connections;
}

void StreamPool::leave(StreamConnection& connection) {
  if (--connection.share_->second.connections == 0) shares_.erase(connection.share_);
}

bool StreamPool::evict_longest_silent(const StreamConnection* newcomer) {
  StreamConnection* const evicted = longest_silent(newcomer);
  if (!evicted) return false;
  evicted->refuse("another needs its place, and it was silent longest");
  return true;
}

// Where all have been heard of lately, it is those that have only connected that many newcomers at once drive out.
StreamConnection* StreamPool::longest_silent(const StreamConnection* newcomer) {
  std::size_t most = 0;
  for (const auto& [host, share] : shares_) most = std::max(most, share.connections);
  StreamConnection* owed = nullptr;
  StreamConnection* has_called = nullptr;
  for (const auto& connection : connections_) {
    if (connection->share_->second.connections != most || connection.get() == newcomer) continue;
    if (connection->is_owed()) {
      if (!owed) owed = connection.get();
    } else if (!connection->has_called() || clock_ - connection->last_sign_of_life() >= lately) {
      return connection.get();
    } else if (!has_called) {
      has_called = connection.get();
    }
  }
  return has_called ? has_called : owed;
}

void StreamPool::account(StreamConnection& connection, std::size_t before) {
  const std::size_t after = connection.buffered();
  buffered_ = buffered_ - before + after;
  std::size_t& of_host = connection.share_->second.buffered;
  of_host = of_host - before + after;
  if (looks_at_all_) return;
  if (buffered_ > limits_.max_buffered) trim();
  while (buffered_ > limits_.max_buffered) {
    StreamConnection* const closed = largest();
    if (!closed) return;
    closed->refuse(
        "all connections together hold too much of calls half received and replies half sent, and its host and this "
        "one most");
  }
}

StreamConnection* StreamPool::largest() {
  std::size_t most = 0;
  for (const auto& [host, share] : shares_) most = std::max(most, share.buffered);
  StreamConnection* largest = nullptr;
  for (const auto& connection : connections_) {
    if (connection->buffered() == 0 || connection->share_->second.buffered != most) continue;
    if (!largest || connection->buffered() > largest->buffered()) largest = connection.get();
  }
  return largest;
}

// It may close nobody, nor count what is not so: it is done where memory is short.
void StreamPool::trim() {
  looks_at_all_ = true;
  for (const auto& connection : connections_) connection->trim();
  looks_at_all_ = false;
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
  looks_at_all_ = true;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    if (connection->is_overdue()) connection->give_up();
  }
  looks_at_all_ = false;
  wait_to_sweep();
}

}  // namespace onc::transport
