// From a call message to its reply (RFC 5531 §9): no sockets, no threads.
#pragma once

#include <onc/rpc/observer.h>
#include <onc/server/reply_cache.h>
#include <onc/server/service.h>
#include <onc/server/shared_replies.h>
#include <onc/server/short_hands.h>
#include <onc/transport/arrival.h>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace onc::rpc {

struct CallHeader;
class AsyncService;
class Observation;
struct HandlerFailure;

class Dispatcher {
 public:
  // Told what a handler threw, which its caller only sees as SYSTEM_ERR.
  using OnFailure = std::function<void(const Program&, std::uint32_t procedure, const std::string& what)>;

  // `arguments`: what decoding them may cost. `replies`: those over UDP that are remembered. `patience`: how long after
  // its arrival a call is still worth an answer. `short_hands`: how many callers may say AUTH_SHORT.
  explicit Dispatcher(xdr::Limits arguments = {}, ReplyCache::Limits replies = {},
                      std::chrono::seconds patience = std::chrono::seconds(60), std::size_t short_hands = 0)
      : limits_(arguments), replies_(replies), patience_(patience), short_hands_(short_hands) {}

  // `service` must outlive the dispatcher. Throws std::invalid_argument for a program and version there is already.
  void add(Service& service, ServiceOptions options = {});
  void add(AsyncService& service, ServiceOptions options = {});
  void on_failure(OnFailure told) { on_failure_ = std::move(told); }
  void observe(Observer& observer) { observers_.add(observer); }
  const Observers& observers() const { return observers_; }
  void check_credentials(CredentialCheck check) { check_ = std::move(check); }
  // Runs its argument on another thread, later. Without one, services that ask for workers run as all others.
  using Workers = std::function<void(std::function<void()> work)>;
  void use_workers(Workers workers) { workers_ = std::move(workers); }
  // For the services that have calls run once across connections; without, theirs are run as all others. It must
  // outlive the dispatcher.
  void remember_across_connections(SharedReplies& replies) { across_connections_ = &replies; }

  const std::vector<Program>& programs() const { return programs_; }

  // Answers one message, whatever its bytes are. The replies of an AsyncService come later: the arrival must take them.
  transport::Verdict answer(xdr::BytesView message, const transport::Arrival& arrival, xdr::Encoder& reply);

 private:
  // A version of a program, by one of the two.
  struct Served {
    Program program;
    Service* service = nullptr;
    AsyncService* async_service = nullptr;
    ServiceOptions options;
  };
  class LateCall;
  class Job;

  // A message and what its header says.
  struct Received {
    xdr::BytesView message;
    const CallHeader& header;
    const transport::Arrival& arrival;
    std::optional<Observation>* seen = nullptr;
  };

  // What is to be known of a call to answer it.
  struct Call {
    Call(const Served& served, const Received& received);

    const Program& program;
    std::uint32_t procedure;
    std::uint32_t xid;
    std::size_t max_reply;
    bool one_way;
    transport::Deferring* later;                               // while it is handled; null from then on
    std::optional<Observation>* seen;                          // null where nobody watches
    std::optional<ReplyCache::Call> remembered_as;             // over UDP,
    std::optional<SharedReplies::Running> across_connections;  // over TCP
    xdr::BytesView short_hand;                                 // for the reply; until the next call comes
  };

  void add(Served served);
  const Served* find(std::uint32_t program, std::uint32_t version) const;
  void answer(const Served* served, const Received& received, xdr::Decoder& arguments, xdr::Encoder& reply);
  void answer_seen(const Served* served, Received received, xdr::Decoder& arguments, xdr::Encoder& reply);
  transport::Verdict drop(const transport::Arrival& arrival, const char* why) const;
  void refuse_program(const CallHeader& call, xdr::Encoder& reply) const;
  void serve(const Served& served, const Received& received, xdr::Decoder& arguments, xdr::Encoder& reply);
  // Whether it is served: then `caller` says who it is, otherwise `why` why not.
  bool check(Call& call, const CallHeader& header, Caller& caller, AuthStatus& why);
  bool check_known_flavors(Call& call, const CallHeader& header, Caller& caller, AuthStatus& why);
  static void begin_success(const Call& call, xdr::Encoder& reply);
  // What is to run once, and whether it has before: then it is answered here, or will be when the first is.
  bool is_repeat(Call& call, const Served& served, const Received& received, xdr::Encoder& reply);
  bool is_repeated_datagram(Call& call, const Received& received, xdr::Encoder& reply);
  bool is_repeated_over_tcp(Call& call, const Received& received, xdr::Encoder& reply);
  void tell_again(const Call& call, ReplyCache::First::State first, xdr::Encoder& reply) const;
  void run(Service& service, Call& call, xdr::Decoder& arguments, const Caller& caller, xdr::Encoder& reply);
  // Those that are answered later.
  void start(const Served& served, Call call, Caller caller, const Received& received, xdr::Decoder& arguments,
             xdr::Encoder& reply);
  void start_coroutine(AsyncService& service, std::shared_ptr<LateCall> late, const Received& received,
                       xdr::Decoder& arguments, xdr::Encoder& reply);
  void start_on_workers(Service& service, std::shared_ptr<LateCall> late, const Received& received,
                        xdr::BytesView arguments);
  // The reply, from `start` on, to a call that was served, and to one whose service threw.
  void succeed(const Call& call, std::size_t start, xdr::Encoder& reply) const;
  void fail(const Call& call, const HandlerFailure& failure, std::size_t start, xdr::Encoder& reply) const;
  void write(const Call& call, const HandlerFailure& failure, xdr::Encoder& reply) const;
  void write_in_pieces(const Call& call, const MoreResults& more, xdr::Encoder& reply) const;
  void refuse(const Call& call, AuthStatus why, xdr::Encoder& reply) const;
  // What its caller gets when it repeats a call that was run; what was not is run then.
  void remember(Call& call, xdr::BytesView reply, bool has_run);
  // To those who watch the call, should it have no reply and not have failed.
  static void stay_silent(const Call& call, const char* why);
  // To the server's owner, and to those who watch the call.
  void explain(const Call& call, const std::string& what) const;
  void tell(const Call& call, const std::string& what) const;

  xdr::Limits limits_;
  OnFailure on_failure_;
  Observers observers_;
  CredentialCheck check_;
  Workers workers_;
  ReplyCache replies_;
  SharedReplies* across_connections_ = nullptr;
  std::chrono::seconds patience_;
  ShortHands short_hands_;
  std::deque<Served> served_;  // few: looked through faster than hashed
  std::vector<Program> programs_;
};

}  // namespace onc::rpc
