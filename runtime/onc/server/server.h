// Serves any number of programs at any number of endpoints, on one thread or more.
#pragma once

#include <onc/xdr/cpp20.h>  // first

#include <onc/rpc/program.h>
#include <onc/server/service.h>
#include <onc/transport/endpoint.h>
#include <onc/xdr/decoder.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio {
class any_io_executor;
}

namespace onc::rpc {

// What is out of range the server refuses when it is made, by std::invalid_argument with the range.
struct ServerOptions {
  // That serve: each has its share of the connections, and of all that is limited here together. With more than one,
  // the services and whatever else the server is given to call must stand several calls at once. A UDP socket is served
  // by one of them: more sockets make more of them busy.
  std::size_t threads = 1;
  // The longest call or reply over TCP and local sockets, in bytes.
  std::size_t max_record = std::size_t{16} << 20;
  // One more makes one of the host that has the most close, the longest silent; so does a shortage of file descriptors.
  std::size_t max_connections = 1000;
  // Bytes held for calls half received and replies half sent, of all connections. Over it, the largest is closed of the
  // host that holds the most. So many may also be in calls that are still to be answered, an eighth or a max_record of
  // them from one connection: then no more are read until one is answered.
  std::size_t max_buffered = std::size_t{256} << 20;
  // Calls that AsyncServices may have unanswered at once, of one connection, and of all connections or one UDP socket.
  // Over it, no more are read until one is answered. One host has half of these at most, so that others have some too.
  std::size_t max_unanswered = 100;
  std::size_t max_unanswered_of_all = 10'000;
  // Connections close that have not called for this long,
  std::chrono::seconds idle{360};
  // or with a call half sent or a reply half read of which nothing has moved for this long, or slower than 4 KB/s.
  std::chrono::seconds partial{30};
  // More threads, for services that are added with ServiceOptions::on_workers; from 1 to 10,000.
  std::size_t workers = 8;
  // How long a caller is taken to wait for its answer: Caller::until. A call that no worker is free for by then is not
  // run, but answered with SYSTEM_ERR. From 1 s to a year.
  std::chrono::seconds patience{60};
  // How many callers that have shown an AUTH_SYS may say 16 bytes in its place from then on (AUTH_SHORT, RFC 5531
  // §8.2).
  std::size_t short_hands = 0;
  // How long finish() waits for handlers that run and replies that leave; at most a year.
  std::chrono::seconds finishing{30};
  // What decoding the arguments of one call may cost, and whether peers may be careless about it.
  xdr::Limits decoding = {};
  // Replies over UDP are remembered, so that a repeated call is not run again: so many bytes, an eighth of them for one
  // host, and for so long. 0 bytes: nothing is remembered. A call of an AsyncService absorbs its repeats as long as it
  // runs. Services with ServiceOptions::once_across_connections have as much again for their replies over TCP.
  std::size_t reply_cache_bytes = std::size_t{64} << 20;
  std::chrono::seconds reply_cache_age{120};
};

class AsyncService;
class Observer;
class Server;
asio::any_io_executor executor_of(Server& server);  // <onc/server/executor.h>

// Not for several threads at once, but for finish() and stop().
class Server {
 public:
  explicit Server(ServerOptions options = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // `service` must outlive the server. Throws std::invalid_argument for a program and version there is already, and for
  // options that do not go with it.
  void add(Service& service, ServiceOptions options = {});
  // Its handlers run on the thread of their connection. What still waits when the server is destroyed is destroyed with
  // it.
  void add(AsyncService& service, ServiceOptions options = {});

  // Binds tcp://host:port, udp://host:port or local:///path; port 0 takes a free one. Returns what it became.
  // Calls are queued from here on, and served by run(). Throws Error, in one sentence that says what to do.
  transport::Endpoint listen(std::string_view endpoint);
  // Serves the sockets that systemd or its like has opened for this process (LISTEN_FDS, sd_listen_fds(3)). Returns
  // what they are: nothing where there are none. A local socket's path is left where it is in the end.
  std::vector<transport::Endpoint> listen_inherited();

  const std::vector<Program>& programs() const;
  const std::vector<transport::Endpoint>& endpoints() const;

  // Asked before every call, on the thread that serves it. Without one, check_credential() decides.
  void check_credentials(CredentialCheck check);

  // Told, on the thread that serves the call, what a handler threw; its caller only sees SYSTEM_ERR.
  void on_failure(std::function<void(const Program&, std::uint32_t procedure, const std::string& what)> told);

  // Told of every call that comes and how it ends, and of refused peers. It must outlive the server.
  void observe(Observer& observer);

  // From here on the first of these signals means finish(), the next stop(), and a third ends the process, for it may
  // be a handler that hangs. To be called before run(): while that runs they are heard on a thread of their own, and
  // one that comes before is heard then.
  void stop_on(const std::vector<int>& signals);
  // Serves until finish() is through, or stop(): on this thread, and the others that ServerOptions::threads asks for.
  // Throws std::logic_error where nothing listens.
  void run();
  // From any thread. Takes no more connections and calls, lets handlers end and their replies leave, closes, and is
  // through then: run() returns. For servers that need not run again.
  void finish();
  // From any thread, at once: only the call being served is finished and answered.
  void stop();

 private:
  friend asio::any_io_executor executor_of(Server& server);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onc::rpc
