#include <onc/server/dispatcher.h>
#include <onc/server/server.h>
#include <onc/transport/datagram_server.h>
#include <onc/transport/inherited.h>
#include <onc/transport/listen.h>
#include <onc/transport/stream_listener.h>
#include <onc/transport/stream_pool.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

#include <algorithm>

namespace onc::rpc {

using transport::Protocol;

struct Server::State {
  explicit State(ServerOptions chosen)
      : options(chosen),
        dispatcher(chosen.decoding, {chosen.reply_cache_bytes, chosen.reply_cache_age}, chosen.patience) {}

  transport::Endpoint serve(transport::Listener listener);
  void close();
  void remove_paths();
  void start_workers();
  void wait_for_signal();
  void finish();
  bool is_finished() const;
  void stop_when_finished(std::chrono::steady_clock::time_point at_latest);

  ServerOptions options;
  Dispatcher dispatcher;        // outlives the calls that still wait in the context
  asio::io_context context{1};  // one thread: no locks inside
  asio::signal_set stop_signals{context};
  transport::Handler handler = [this](xdr::BytesView message, const transport::Arrival& arrival, xdr::Encoder& reply) {
    return dispatcher.answer(message, arrival, reply);
  };
  transport::StreamPool connections{context,
                                    {.max_record = options.max_record,
                                     .max_connections = options.max_connections,
                                     .max_buffered = options.max_buffered,
                                     .max_late = options.max_unanswered,
                                     .max_late_of_all = options.max_unanswered_of_all,
                                     .idle = options.idle,
                                     .partial = options.partial},
                                    handler};
  std::vector<std::unique_ptr<transport::StreamListener>> streams;
  std::vector<std::unique_ptr<transport::DatagramServer>> datagrams;
  std::vector<transport::Endpoint> endpoints;
  std::vector<std::string> paths;  // of local sockets that were made here
  asio::steady_timer finishing{context};
  bool is_finishing = false;
  std::optional<asio::thread_pool> workers;  // ends first: what it runs uses the rest
};

Server::Server(ServerOptions options) : state_(std::make_unique<State>(options)) {}

Server::~Server() { state_->close(); }

void Server::State::close() {
  streams.clear();
  datagrams.clear();
  connections.close();
  remove_paths();
  endpoints.clear();
}

void Server::State::remove_paths() {
  for (const std::string& path : std::exchange(paths, {})) ::unlink(path.c_str());
}

void Server::add(Service& service, ServiceOptions options) {
  if (options.on_workers) state_->start_workers();
  state_->dispatcher.add(service, std::move(options));
}

void Server::State::start_workers() {
  if (workers) return;
  workers.emplace(std::max<std::size_t>(options.workers, 1));
  dispatcher.use_workers([this](std::function<void()> work) { asio::post(*workers, std::move(work)); });
}

void Server::add(AsyncService& service, ServiceOptions options) { state_->dispatcher.add(service, std::move(options)); }

transport::Endpoint Server::listen(std::string_view endpoint) {
  const transport::Endpoint at = state_->serve(transport::listen(transport::Endpoint::parse(endpoint)));
  if (at.protocol == Protocol::local) state_->paths.push_back(at.host);
  return at;
}

std::vector<transport::Endpoint> Server::listen_inherited() {
  std::vector<transport::Endpoint> inherited;
  for (transport::Listener& listener : transport::inherited_listeners())
    inherited.push_back(state_->serve(std::move(listener)));
  return inherited;
}

transport::Endpoint Server::State::serve(transport::Listener listener) {
  const Protocol protocol = *listener.endpoint.protocol;
  if (protocol == Protocol::udp)
    datagrams.push_back(std::make_unique<transport::DatagramServer>(context, std::move(listener.socket), handler,
                                                                    options.max_unanswered_of_all));
  else
    streams.push_back(
        std::make_unique<transport::StreamListener>(context, std::move(listener.socket), protocol, connections));
  return endpoints.emplace_back(std::move(listener.endpoint));
}

const std::vector<Program>& Server::programs() const { return state_->dispatcher.programs(); }
const std::vector<transport::Endpoint>& Server::endpoints() const { return state_->endpoints; }

void Server::check_credentials(CredentialCheck check) { state_->dispatcher.check_credentials(std::move(check)); }

void Server::on_failure(std::function<void(const Program&, std::uint32_t, const std::string&)> told) {
  state_->dispatcher.on_failure(std::move(told));
}

void Server::observe(Observer& observer) { state_->dispatcher.observe(observer); }

void Server::State::wait_for_signal() {
  stop_signals.async_wait([this](asio::error_code error, int) {
    if (error) return;
    if (is_finishing)
      context.stop();
    else
      finish();
    wait_for_signal();
  });
}

void Server::stop_on(const std::vector<int>& signals) {
  State& state = *state_;
  state.stop_signals.cancel();  // clear() leaves the wait of an earlier call in place
  state.stop_signals.clear();
  for (const int signal : signals) state.stop_signals.add(signal);
  state.wait_for_signal();
}

void Server::run() {
  const auto keep_running = asio::make_work_guard(state_->context);
  state_->context.run();
  state_->context.restart();
  // Who still waits for a reply learns at once that there will be none.
  if (state_->is_finishing) {
    state_->connections.close();
    state_->datagrams.clear();
  }
}

void Server::finish() {
  asio::post(state_->context, [state = state_.get()] { state->finish(); });
}

void Server::State::finish() {
  if (std::exchange(is_finishing, true)) return;
  for (const auto& listener : streams) listener->close();
  remove_paths();
  for (const auto& socket : datagrams) socket->finish();
  constexpr std::chrono::seconds longest = std::chrono::hours(24 * 365);
  stop_when_finished(std::chrono::steady_clock::now() + std::min(options.finishing, longest));
}

bool Server::State::is_finished() const {
  return connections.is_finished() &&
         std::all_of(datagrams.begin(), datagrams.end(), [](const auto& socket) { return socket->is_finished(); });
}

// Looked at now and then: who ends last need not know that it does.
void Server::State::stop_when_finished(std::chrono::steady_clock::time_point at_latest) {
  connections.finish();
  if (is_finished() || std::chrono::steady_clock::now() >= at_latest) return context.stop();
  finishing.expires_after(std::chrono::milliseconds(10));
  finishing.async_wait([this, at_latest](asio::error_code error) {
    if (!error) stop_when_finished(at_latest);
  });
}

void Server::stop() { state_->context.stop(); }

}  // namespace onc::rpc
