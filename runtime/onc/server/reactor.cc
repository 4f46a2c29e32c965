#include <onc/server/reactor.h>
#include <onc/transport/endpoint.h>

#include <asio/executor_work_guard.hpp>

#include <algorithm>
#include <utility>

namespace onc::rpc {
namespace {

std::size_t share(std::size_t of_all, const ServerOptions& options) {
  const std::size_t reactors = options.threads;
  return of_all / reactors + (of_all % reactors != 0);
}

transport::StreamLimits limits_of(const ServerOptions& options) {
  const std::size_t max_buffered = share(options.max_buffered, options);
  return {.max_record = options.max_record,
          .max_connections = options.max_connections,
          .max_buffered = max_buffered,
          .max_late = options.max_unanswered,
          .max_late_of_all = share(options.max_unanswered_of_all, options),
          .max_late_bytes = std::max(options.max_record, max_buffered / 8),
          .max_late_bytes_of_all = std::max(options.max_record, max_buffered),
          .idle = options.idle,
          .partial = options.partial};
}

}  // namespace

Reactor::Reactor(const ServerOptions& options, transport::StreamPool::Count& open)
    : limits_(limits_of(options)),
      dispatcher_(options.decoding, {share(options.reply_cache_bytes, options), options.reply_cache_age},
                  options.patience, share(options.short_hands, options)),
      handler_([this](xdr::BytesView message, const transport::Arrival& arrival, xdr::Encoder& reply) {
        return dispatcher_.answer(message, arrival, reply);
      }),
      connections_(context_, limits_, handler_, open) {
  connections_.on_refused([this](transport::Protocol protocol, const transport::Address& peer, const char* why) {
    if (!dispatcher_.observers().none())
      dispatcher_.observers().refused(transport::Endpoint::at(protocol, peer).text(), why);
  });
}

void Reactor::serve(transport::Listener listener, bool is_shared) {
  const transport::Protocol protocol = *listener.endpoint.protocol;
  if (protocol == transport::Protocol::udp)
    datagrams_.push_back(std::make_unique<transport::DatagramServer>(
        context_, std::move(listener.socket), handler_, limits_.max_late_of_all, limits_.max_late_bytes_of_all));
  else
    streams_.push_back(std::make_unique<transport::StreamListener>(context_, std::move(listener.socket), protocol,
                                                                   connections_, is_shared));
}

void Reactor::close() {
  streams_.clear();
  datagrams_.clear();
  connections_.close();
}

void Reactor::run() {
  const auto keep_running = asio::make_work_guard(context_);
  context_.run();
  // Who still waits for a reply learns at once that there will be none.
  if (finished_) {
    connections_.close();
    datagrams_.clear();
  }
}

void Reactor::finish(transport::TimePoint at_latest, std::function<void()> finished) {
  finished_ = std::move(finished);
  for (const auto& listener : streams_) listener->close();
  for (const auto& socket : datagrams_) socket->finish();
  wait_until_finished(at_latest);
}

bool Reactor::is_finished() const {
  return connections_.is_finished() &&
         std::all_of(datagrams_.begin(), datagrams_.end(), [](const auto& socket) { return socket->is_finished(); });
}

// Looked at now and then: who ends last need not know that it does.
void Reactor::wait_until_finished(transport::TimePoint at_latest) {
  connections_.finish();
  if (is_finished() || transport::Clock::now() >= at_latest) return finished_();
  finishing_.expires_after(std::chrono::milliseconds(10));
  finishing_.async_wait([this, at_latest](asio::error_code error) {
    if (!error) wait_until_finished(at_latest);
  });
}

}  // namespace onc::rpc
