// A connection of an AsyncClient and the calls that wait for their replies on it.
#pragma once

#include <onc/client/async_client.h>
#include <onc/client/failure.h>
#include <onc/transport/async_channel.h>
#include <onc/transport/clock.h>
#include <onc/transport/endpoint.h>

#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace onc::rpc {

// So many calls at once need no memory from the heap, once there were as many.
inline constexpr std::size_t kept_for_calls = 128;

// A call whose reply somebody waits for.
struct PendingCall {
  using Coroutine = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

  AsyncRequest request;
  ResultReader reader;
  transport::TimePoint began = transport::Clock::now();
  std::uint64_t heard_before = 0;  // Link::heard()

  std::optional<Coroutine> waiting = std::nullopt;  // while it does, and
  transport::TimePoint until = {};                  // until when at most
  bool goes_on = false;                             // it is about to
  PendingCall* next_to_go_on = nullptr;

  int sent = 0;                                // how often
  transport::AsyncChannel::Ticket ticket = 0;  // of the last time
  bool done = false;
  bool cancelled = false;
  std::exception_ptr failure = nullptr;

  // For errors to say.
  std::chrono::milliseconds timeout() const;
};

// Connects when the first call comes. What ends the connection ends it.
//
// The coroutines of calls lie here while they wait, and one timer looks after all of them: it rings when the first of
// them is due, or at once where some are to go on that no message from the server has woken.
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
  // So many messages.
  std::uint64_t heard() const { return heard_; }
  std::string peer() const { return server_.text(); }
  // Once it has failed; unspecified where the next need not come from there.
  const transport::Address& came_from() const { return source_.before; }

  // Sends the call as soon as there is a connection. It must stay where it is until remove().
  void add(PendingCall& call);
  void remove(PendingCall& call);
  void repeat(PendingCall& call);
  // Until it is done, cancelled, or `until`.
  asio::awaitable<void> wait(PendingCall& call, transport::TimePoint until);
  // For a call that is given up: keeps it from leaving, where it has not left yet.
  MayHaveRun take_back(const PendingCall& call);

 private:
  class Alarm;
  using ErrorOf = std::function<Error(const PendingCall&)>;

  void insert(PendingCall& call);
  void begin(PendingCall& call);

  static asio::awaitable<void> find_and_dial(std::shared_ptr<Link> self, Program program,
                                             transport::TimePoint deadline);
  static asio::awaitable<void> dial(std::shared_ptr<Link> self, transport::TimePoint deadline);
  void run(asio::awaitable<void> dialing);
  static asio::awaitable<void> run_with(std::shared_ptr<void> token, asio::awaitable<void> dialing);
  void stop_dialing();
  void connected(asio::posix::stream_descriptor socket);
  void send(PendingCall& call);
  // A call that has no such place yet has it from here on.
  bool is_where_it_comes_from(const PendingCall& call) const;
  static void has_not_left(PendingCall& call);

  bool on_message(xdr::BytesView message, xdr::Bytes* memory) override;
  void on_turn_end() override;
  void on_sent(std::uint64_t first_unsent) override;
  void on_end(std::error_code why) override;
  void read_reply(PendingCall& call, xdr::BytesView reply, xdr::Bytes* memory);
  void finish(PendingCall& call, std::exception_ptr failure);
  void fail(std::error_code why);
  void fail(const ErrorOf& error_of);
  static std::exception_ptr told(const ErrorOf& error_of, const PendingCall& call);
  // Nobody waits for anything.
  void rest();

  void cancel(PendingCall& call);
  // Its coroutine goes on at the next go_on().
  void wake(PendingCall& call);
  // Whatever may happen then.
  void go_on();
  PendingCall* take_woken();
  void resume(PendingCall& call);
  void ring_at(transport::TimePoint time);
  void ring_now();
  void on_alarm();
  void wake_due(transport::TimePoint now);
  // The context ends: those who wait never go on.
  void abandon();

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
  std::weak_ptr<void> dialing_;  // as long as its coroutine is there
  bool dialed_ = false;
  bool failed_ = false;
  bool in_turn_ = false;  // the channel tells what came, and then ends its turn
  std::uint64_t heard_ = 0;
  transport::TimePoint last_call_ = transport::Clock::now();
  std::map<std::uint32_t, PendingCall*> calls_;  // by xid, and so as they were made
  std::size_t one_way_calls_ = 0;                // of these
  std::vector<std::map<std::uint32_t, PendingCall*>::node_type> spare_;
  PendingCall* first_woken_ = nullptr;
  PendingCall* last_woken_ = nullptr;
  asio::steady_timer alarm_;
  transport::TimePoint alarm_at_ = transport::TimePoint::max();  // as long as it is not set
};

}  // namespace onc::rpc
