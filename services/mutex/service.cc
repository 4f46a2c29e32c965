#include "services/mutex/service.h"

#include "services/mutex/cut.h"
#include "services/mutex/participant.h"

#include <onc/rpc/error.h>
#include <onc/server/service.h>

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <memory>
#include <optional>

namespace services::locks {

using onc::rpc::Caller;

namespace {

// A datagram has less than 64 KiB, and records are no longer than what a client has room for, which is 16 MiB with
// ours.
constexpr std::size_t longest_in_a_datagram = 60'000;
constexpr std::size_t longest_in_a_record = std::size_t{8} << 20;

// What is told once, waited for.
template <class Result>
class Answered {
 public:
  explicit Answered(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

  Backend::Told<Result> told() const {
    return [state = state_](const Result& result) {
      state->result = result;
      state->bell.cancel();
    };
  }

  asio::awaitable<Result> wait() {
    while (!state_->result) {
      asio::error_code rung;
      co_await state_->bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
    co_return std::move(*state_->result);
  }

 private:
  struct State {
    explicit State(const asio::any_io_executor& executor) : bell(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer bell;
    std::optional<Result> result;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

asio::awaitable<Answer> MutexV1::ACQUIRE(Wish wish, const Caller&) {
  Answered<Answer> answered(co_await asio::this_coro::executor);
  backend_.acquire(wish, answered.told());
  called();
  co_return co_await answered.wait();
}

asio::awaitable<Answer> MutexV1::RENEW(Holding holding, const Caller&) {
  Answered<Answer> answered(co_await asio::this_coro::executor);
  backend_.renew(holding, answered.told());
  called();
  co_return co_await answered.wait();
}

asio::awaitable<Answer> MutexV1::RELEASE(Holding holding, const Caller&) {
  Answered<Answer> answered(co_await asio::this_coro::executor);
  backend_.release(holding, answered.told());
  called();
  co_return co_await answered.wait();
}

asio::awaitable<Status> MutexV1::STATUS(LockName name, const Caller& caller) {
  const bool is_datagram = caller.protocol == onc::transport::Protocol::udp;
  Answered<Status> answered(co_await asio::this_coro::executor);
  backend_.status(name, answered.told());
  called();
  co_return cut_to(is_datagram ? longest_in_a_datagram : longest_in_a_record, co_await answered.wait());
}

void MutexV1::called() const {
  if (participant_ != nullptr) participant_->called();
}

Participant& MutexV1::participant() const {
  if (participant_ == nullptr)
    throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, "no members keep these locks");
  if (participant_->has_ended()) throw onc::rpc::NoReply();  // it has said farewell
  return *participant_;
}

asio::awaitable<::mutex::Taken> MutexV1::CARRY(::mutex::Parcel parcel, const Caller&) {
  co_return participant().on([&](Node& node, Moment now) { return node.on_parcel(parcel, now); });
}

asio::awaitable<::mutex::Renewed> MutexV1::GO_ON(::mutex::Renewal renewal, const Caller&) {
  co_return participant().on([&](Node& node, Moment now) { return node.on_renew(renewal, now); });
}

asio::awaitable<Leaving> MutexV1::LEAVE(::mutex::Call call, const Caller&) {
  co_return participant().on([&](Node& node, Moment now) { return node.on_leave(call, now); });
}

asio::awaitable<::mutex::Begun> MutexV1::BEGIN(Beginning beginning, const Caller&) {
  co_return participant().on([&](Node& node, Moment now) { return node.on_begin(beginning, now); });
}

asio::awaitable<void> MutexV1::FAREWELL(::mutex::Farewell farewell, const Caller&) {
  if (participant_ != nullptr && participant_->has_ended()) co_return;  // they part together
  participant().on([&](Node& node, Moment now) {
    node.on_farewell(farewell, now);
    return true;
  });
}

asio::awaitable<Places> MutexV1::LOOK(::mutex::Look look, const Caller&) { co_return participant().on_look(look); }

}  // namespace services::locks
