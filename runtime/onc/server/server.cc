#include <onc/server/executor.h>
#include <onc/server/options.h>
#include <onc/server/reactor.h>
#include <onc/server/server.h>
#include <onc/server/workers.h>
#include <onc/transport/inherited.h>
#include <onc/transport/listen.h>

#include <asio/post.hpp>
#include <asio/signal_set.hpp>

#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include <fcntl.h>

namespace onc::rpc {

using transport::Protocol;

namespace {

// The same socket once more.
transport::Listener copy_of(const transport::Listener& listener) {
  transport::Socket socket(::fcntl(listener.socket.get(), F_DUPFD_CLOEXEC, 0));
  if (socket.get() < 0) throw std::system_error(errno, std::generic_category(), "cannot share a listening socket");
  return {std::move(socket), listener.endpoint};
}

}  // namespace

struct Server::State {
  explicit State(const ServerOptions& chosen);

  class Hearing;

  transport::Endpoint serve(transport::Listener listener);
  void close();
  void remove_paths();
  void start_workers();
  void wait_for_signal();
  // Makes one of them close its longest silent connection.
  void evict_after(std::size_t reactor, std::size_t others);
  void run(Reactor& reactor);
  void finish();
  void stop();

  ServerOptions options;
  SharedReplies over_tcp;
  transport::StreamPool::Count open = 0;
  std::vector<std::unique_ptr<Reactor>> reactors;
  // Heard on a thread of their own: the others may be held up by handlers.
  asio::io_context signals{1};
  asio::signal_set stop_signals{signals};
  bool hears_signals = false;
  std::vector<transport::Endpoint> endpoints;
  std::vector<std::string> paths;  // of local sockets that were made here
  std::atomic<bool> is_finishing = false;
  std::atomic<std::size_t> unfinished = 0;  // reactors
  std::mutex breaking;
  std::exception_ptr why_broken;  // what came out of a reactor first
  std::size_t datagram_sockets = 0;
  std::optional<Workers> workers;  // ends first: what it runs uses the rest
};

Server::State::State(const ServerOptions& chosen)
    : options(within_range(chosen)), over_tcp({options.reply_cache_bytes, options.reply_cache_age}), reactors([&] {
        std::vector<std::unique_ptr<Reactor>> all;
        for (std::size_t i = 0; i < chosen.threads; ++i) all.push_back(std::make_unique<Reactor>(chosen, open));
        return all;
      }()) {
  for (const auto& reactor : reactors) reactor->dispatcher().remember_across_connections(over_tcp);
  for (std::size_t i = 0; i < reactors.size(); ++i)
    reactors[i]->connections().on_full_elsewhere([this, i] { evict_after(i, reactors.size() - 1); });
}

void Server::State::evict_after(std::size_t reactor, std::size_t others) {
  if (others == 0) return;
  const std::size_t next = (reactor + 1) % reactors.size();
  asio::post(reactors[next]->context(), [this, next, others] {
    transport::StreamPool& connections = reactors[next]->connections();
    if (connections.is_over_limit() && !connections.evict_longest_silent()) evict_after(next, others - 1);
  });
}

Server::Server(ServerOptions options) : state_(std::make_unique<State>(options)) {}

Server::~Server() { state_->close(); }

void Server::State::close() {
  for (const auto& reactor : reactors) reactor->close();
  over_tcp.forget_waiting();  // before their reactors end
  remove_paths();
  endpoints.clear();
}

void Server::State::remove_paths() {
  for (const std::string& path : std::exchange(paths, {})) ::unlink(path.c_str());
}

void Server::add(Service& service, ServiceOptions options) {
  if (options.on_workers) state_->start_workers();
  for (const auto& reactor : state_->reactors) reactor->dispatcher().add(service, options);
}

void Server::add(AsyncService& service, ServiceOptions options) {
  for (const auto& reactor : state_->reactors) reactor->dispatcher().add(service, options);
}

void Server::State::start_workers() {
  if (workers) return;
  workers.emplace(options.workers);
  for (const auto& reactor : reactors)
    reactor->dispatcher().use_workers([this](std::function<void()> work) { workers->post(std::move(work)); });
}

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

asio::any_io_executor executor_of(Server& server) { return server.state_->reactors.front()->context().get_executor(); }

// A UDP socket's datagrams are all served by one reactor: a repeated call must meet the reply cache that knows it.
transport::Endpoint Server::State::serve(transport::Listener listener) {
  const transport::Endpoint endpoint = listener.endpoint;
  if (endpoint.protocol == Protocol::udp) {
    reactors[datagram_sockets++ % reactors.size()]->serve(std::move(listener), false);
  } else {
    std::vector<transport::Listener> copies;
    while (copies.size() + 1 < reactors.size()) copies.push_back(copy_of(listener));
    for (std::size_t i = 0; i < copies.size(); ++i) reactors[i + 1]->serve(std::move(copies[i]), true);
    reactors.front()->serve(std::move(listener), !copies.empty());
  }
  return endpoints.emplace_back(endpoint);
}

const std::vector<Program>& Server::programs() const { return state_->reactors.front()->dispatcher().programs(); }
const std::vector<transport::Endpoint>& Server::endpoints() const { return state_->endpoints; }

void Server::check_credentials(CredentialCheck check) {
  for (const auto& reactor : state_->reactors) reactor->dispatcher().check_credentials(check);
}

void Server::on_failure(std::function<void(const Program&, std::uint32_t, const std::string&)> told) {
  for (const auto& reactor : state_->reactors) reactor->dispatcher().on_failure(told);
}

void Server::observe(Observer& observer) {
  for (const auto& reactor : state_->reactors) reactor->dispatcher().observe(observer);
}

void Server::State::wait_for_signal() {
  stop_signals.async_wait([this](asio::error_code error, int) {
    if (error) return;
    if (!is_finishing) {
      finish();
      return wait_for_signal();
    }
    stop();
    // A handler that hangs would keep the process for ever: the next signal ends it.
    asio::error_code ignored;
    stop_signals.clear(ignored);
  });
}

void Server::stop_on(const std::vector<int>& signals) {
  State& state = *state_;
  state.stop_signals.cancel();  // clear() leaves the wait of an earlier call in place
  state.stop_signals.clear();
  for (const int signal : signals) state.stop_signals.add(signal);
  state.hears_signals = true;
  state.wait_for_signal();
}

// Until it ends.
class Server::State::Hearing {
 public:
  explicit Hearing(State& state) : state_(state) {
    if (state.hears_signals) thread_ = std::thread([&state] { state.signals.run(); });
  }
  Hearing(const Hearing&) = delete;
  Hearing& operator=(const Hearing&) = delete;
  ~Hearing() {
    state_.signals.stop();
    if (thread_.joinable()) thread_.join();
    state_.signals.restart();
    asio::error_code ignored;
    // What a worker still does holds up the server's end: nothing else ends the process then.
    if (state_.is_finishing) state_.stop_signals.clear(ignored);
  }

 private:
  State& state_;
  std::thread thread_;
};

void Server::run() {
  State& state = *state_;
  if (state.endpoints.empty()) throw std::logic_error("the server listens nowhere: call listen() before run()");
  const State::Hearing hearing(state);
  std::vector<std::thread> others;
  others.reserve(state.reactors.size());
  std::exception_ptr no_thread;
  try {
    for (std::size_t i = 1; i < state.reactors.size(); ++i)
      others.emplace_back([&state, i] { state.run(*state.reactors[i]); });
    state.run(*state.reactors.front());
  } catch (...) {
    no_thread = std::current_exception();
    state.stop();
  }
  for (std::thread& other : others) other.join();
  for (const auto& reactor : state.reactors) reactor->restart();
  if (no_thread) std::rethrow_exception(no_thread);
  if (state.why_broken) std::rethrow_exception(std::exchange(state.why_broken, nullptr));
}

// What comes out of one of them ends all.
void Server::State::run(Reactor& reactor) {
  try {
    reactor.run();
  } catch (...) {
    {
      const std::lock_guard lock(breaking);
      if (!why_broken) why_broken = std::current_exception();
    }
    stop();
  }
}

void Server::finish() { state_->finish(); }

void Server::State::finish() {
  if (is_finishing.exchange(true)) return;
  remove_paths();
  const transport::TimePoint at_latest = transport::Clock::now() + options.finishing;
  unfinished = reactors.size();
  for (const auto& reactor : reactors)
    asio::post(reactor->context(), [this, &reactor = *reactor, at_latest] {
      reactor.finish(at_latest, [this] {
        if (--unfinished == 0) stop();
      });
    });
}

void Server::State::stop() {
  for (const auto& reactor : reactors) reactor->stop();
}

void Server::stop() { state_->stop(); }

}  // namespace onc::rpc
