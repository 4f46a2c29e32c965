// As adder.h, with handlers that wait for each other: what a test needs to have several under way at once.
#pragma once

#include <onc/rpc/async_stub.h>

#include <asio/experimental/as_tuple.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <functional>
#include <list>

#include "tests/runtime/adder.h"

namespace adder {

namespace procedures {
inline constexpr onc::rpc::Procedure hold{program, 10, "hold"};
inline constexpr onc::rpc::Procedure release{program, 11, "release"};
inline constexpr onc::rpc::Procedure wait_for_held{program, 12, "wait_for_held"};
}  // namespace procedures

class AsyncServer : public onc::rpc::AsyncService {
 public:
  AsyncServer() : AsyncService(adder::program) {}

  asio::awaitable<void> dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                                 const onc::rpc::Caller& caller) override {
    const auto number = [](onc::xdr::Encoder& out, const std::int32_t& value) { out.i32(value); };
    switch (procedure) {
      case 0: arguments.finish(); return onc::rpc::no_results();
      case 1: {
        const std::int32_t a = arguments.i32();
        const std::int32_t b = arguments.i32();
        arguments.finish();
        return onc::rpc::answer(results, add(a, b), number);
      }
      case 2: arguments.finish(); return fail(results);
      case 3: arguments.finish(); return refuse(caller);
      case 4: arguments.finish(); return stay_silent();
      case 5: {
        const std::uint32_t size = arguments.u32();
        arguments.finish();
        return onc::rpc::answer(results, long_reply(size), [](onc::xdr::Encoder& out, onc::xdr::Bytes&& bytes) {
          out.opaque(std::move(bytes), onc::xdr::unbounded);
        });
      }
      case 10: {
        const std::int32_t id = arguments.i32();
        arguments.finish();
        return onc::rpc::answer(results, hold(id), number);
      }
      case 11: {
        const std::int32_t id = arguments.i32();
        arguments.finish();
        return onc::rpc::answer(results, release(id), number);
      }
      case 12: {
        const std::int32_t count = arguments.i32();
        arguments.finish();
        return onc::rpc::answer(results, wait_for_held(count), number);
      }
      default: break;
    }
    throw onc::rpc::Error(onc::rpc::errc::procedure_unavailable, adder::program);
  }

 private:
  asio::awaitable<std::int32_t> add(std::int32_t a, std::int32_t b) { co_return a + b; }

  // The throwing ones go round the loop first, so that dispatch() has long returned.
  asio::awaitable<void> fail(onc::xdr::Encoder& results) {
    co_await next_turn();
    results.i32(1);
    throw std::runtime_error("out of luck");
  }
  asio::awaitable<void> refuse(const onc::rpc::Caller& caller) {
    co_await next_turn();
    // Their memory is looked at too: it must last as long as the handler.
    if (caller.peer.text().empty() && caller.local.text().empty()) throw std::runtime_error("nobody calls");
    throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
  }
  asio::awaitable<void> stay_silent() {
    co_await next_turn();
    throw onc::rpc::NoReply();
  }
  asio::awaitable<onc::xdr::Bytes> long_reply(std::uint32_t size) { co_return onc::xdr::Bytes(size); }

  // Ends when somebody calls release(id).
  asio::awaitable<std::int32_t> hold(std::int32_t id) {
    ++held_;
    co_await until([this, id] { return released_ == id; });
    co_return id;
  }
  asio::awaitable<std::int32_t> release(std::int32_t id) {
    released_ = id;
    co_return id;
  }
  // Ends when hold() has been called so often; says how often it has been by then.
  asio::awaitable<std::int32_t> wait_for_held(std::int32_t count) {
    co_await until([this, count] { return held_ >= count; });
    co_return held_;
  }

  asio::awaitable<void> next_turn() {
    asio::steady_timer now(co_await asio::this_coro::executor, std::chrono::seconds(0));
    co_await now.async_wait(asio::use_awaitable);
  }
  asio::awaitable<void> until(std::function<bool()> condition) {
    while (!condition()) co_await next_turn();
  }

  int held_ = 0;
  std::int32_t released_ = 0;
};

class AsyncClient : public onc::rpc::AsyncClientFor<AsyncClient, program> {
 public:
  using AsyncClientFor::AsyncClientFor;

  asio::awaitable<void> note(std::int32_t a) {
    return call(procedures::note, [&](onc::xdr::Encoder& out) { out.i32(a); });
  }
  asio::awaitable<void> null() {
    return call(procedures::null, [](onc::xdr::Encoder&) {});
  }
  asio::awaitable<std::int32_t> add(std::int32_t a, std::int32_t b) {
    return call<std::int32_t>(
        procedures::add,
        [&](onc::xdr::Encoder& out) {
          out.i32(a);
          out.i32(b);
        },
        [](onc::xdr::Decoder& in, std::int32_t& sum) { sum = in.i32(); });
  }
  asio::awaitable<onc::xdr::Bytes> long_reply(std::uint32_t size) {
    return call<onc::xdr::Bytes>(
        procedures::long_reply, [&](onc::xdr::Encoder& out) { out.u32(size); },
        [](onc::xdr::Decoder& in, onc::xdr::Bytes& bytes) { in.opaque(bytes, onc::xdr::unbounded); });
  }
  asio::awaitable<std::int32_t> hold(std::int32_t id) { return number(procedures::hold, id); }
  asio::awaitable<std::int32_t> release(std::int32_t id) { return number(procedures::release, id); }
  asio::awaitable<std::int32_t> wait_for_held(std::int32_t count) { return number(procedures::wait_for_held, count); }

 private:
  asio::awaitable<std::int32_t> number(const onc::rpc::Procedure& procedure, std::int32_t argument) {
    return call<std::int32_t>(
        procedure, [&](onc::xdr::Encoder& out) { out.i32(argument); },
        [](onc::xdr::Decoder& in, std::int32_t& result) { result = in.i32(); });
  }
};

}  // namespace adder
