// A connection of an AsyncClient and the calls that wait for their replies on it.
#pragma once

#include <onc/client/async_client.h>
#include <onc/client/failure.h>
#include <onc/transport/async_channel.h>
#include <onc/transport/clock.h>
#include <onc/transport/endpoint.h>

#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <exception>
#include <functional>
#include <map>
#include <vector>

namespace onc::rpc {

// So many calls at once need no memory from the heap, once there were as many.
inline constexpr std::size_t kept_for_calls = 128;

// A call whose reply somebody waits for.
struct PendingCall {
  AsyncRequest request;
  ResultReader reader;
  asio::steady_timer wake;  // cancelled when the call is done
  transport::TimePoint began = transport::Clock::now();

  int sent = 0;                                // how often
  transport::AsyncChannel::Ticket ticket = 0;  // of the last time
  bool done = false;
  std::exception_ptr failure = nullptr;

  // For errors to say.
  std::chrono::milliseconds timeout() const;
};

// Connects when the first call comes. What ends the connection ends it.
class Link final : public std::enable_shared_from_this<Link>, private transport::AsyncChannel::Owner {
 public:
  // `before`: where one that broke came from.
  Link(asio::any_io_executor executor, transport::Endpoint server, const ClientOptions& options,
       const transport::Address& before);
  ~Link();

  // Those who still wait fail with client_closed.
  void close();

  // It takes no more calls: another must be made.
  bool has_failed() const { return failed_; }
  bool is_hung_up() const { return channel_ && channel_->is_hung_up(); }
  bool is_reliable() const { return channel_ && channel_->reliable(); }
  transport::TimePoint last_call() const { return last_call_; }
  transport::TimePoint last_heard() const { return last_heard_; }
  std::string peer() const { return server_.text(); }
  // Once it has failed; unspecified where the next need not come from there.
  const transport::Address& came_from() const { return source_.before; }

  // Sends the call as soon as there is a connection. It must stay where it is until remove().
  void add(PendingCall& call);
  void remove(PendingCall& call);
  void repeat(PendingCall& call);
  // For a call that is given up: keeps it from leaving, where it has not left yet.
  MayHaveRun take_back(const PendingCall& call);

 private:
  using ErrorOf = std::function<Error(const PendingCall&)>;

  void insert(PendingCall& call);

  static asio::awaitable<void> find_and_dial(std::shared_ptr<Link> self, Program program,
                                             transport::TimePoint deadline);
  static asio::awaitable<void> dial(std::shared_ptr<Link> self, transport::TimePoint deadline);
  void run(asio::awaitable<void> dialing);
  void connected(asio::posix::stream_descriptor socket);
  void send(PendingCall& call);
  // A call that has no such place yet has it from here on.
  bool is_where_it_comes_from(const PendingCall& call) const;
  static void has_not_left(PendingCall& call);

  void on_message(xdr::BytesView message, xdr::Bytes* memory) override;
  void on_sent(std::uint64_t first_unsent) override;
  void on_end(std::error_code why) override;
  void read_reply(PendingCall& call, xdr::BytesView reply, xdr::Bytes* memory);
  void finish(PendingCall& call, std::exception_ptr failure);
  void fail(std::error_code why);
  void fail(const ErrorOf& error_of);
  // Nobody waits for anything.
  void rest();

  asio::any_io_executor executor_;
  transport::Endpoint server_;
  std::chrono::milliseconds timeout_;  // for connecting
  transport::Source source_;
  std::size_t max_reply_;
  xdr::Limits decoding_;

  transport::Protocol protocol_ = transport::Protocol::tcp;
  std::vector<transport::Address> others_;            // addresses of the server that have not been tried
  std::shared_ptr<transport::AsyncChannel> channel_;  // once connected
  asio::cancellation_signal stop_dialing_;
  bool dialed_ = false;
  bool failed_ = false;
  bool heard_ = false;
  transport::TimePoint last_call_ = transport::Clock::now();
  transport::TimePoint last_heard_ = last_call_;
  std::map<std::uint32_t, PendingCall*> calls_;  // by xid, and so as they were made
  std::size_t one_way_calls_ = 0;                // of these
  std::vector<std::map<std::uint32_t, PendingCall*>::node_type> spare_;
};

}  // namespace onc::rpc
