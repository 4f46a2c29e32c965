// What a server's author writes whose procedures wait for something: their handlers are coroutines of Asio.
#pragma once

#include <onc/server/service.h>

#include <asio/awaitable.hpp>

#include <type_traits>
#include <utility>

namespace onc::rpc {

// The base of every generated AsyncServer. While a handler waits, others run, and other calls of the same connection:
// replies leave in the order in which handlers end. All of them run on the server's thread, so one that blocks holds up
// everybody. What a handler throws is answered as by a Service. It is not told when its caller hangs up: it goes on to
// its end, and the reply is lost. `co_await asio::this_coro::executor` gives it what timers and sockets are made from.
class AsyncService {
 public:
  explicit AsyncService(const Program& program) : program_(program) {}
  AsyncService(const AsyncService&) = delete;
  AsyncService& operator=(const AsyncService&) = delete;
  virtual ~AsyncService() = default;

  const Program& program() const { return program_; }

  // Reads the arguments, and only then returns what calls the handler and writes the results: `results` and `caller`
  // live until that ends, `arguments` does not. Throws as Service::dispatch() does.
  virtual asio::awaitable<void> dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                                         const Caller& caller) = 0;

 private:
  Program program_;
};

// For dispatch(): the end of a call. `encode` may take something out of a result that it gets by &&.
template <class Result>
asio::awaitable<void> answer(xdr::Encoder& results, asio::awaitable<Result> handler,
                             void (*encode)(xdr::Encoder&, const std::type_identity_t<Result>&)) {
  encode(results, co_await std::move(handler));
}
template <class Result>
asio::awaitable<void> answer(xdr::Encoder& results, asio::awaitable<Result> handler,
                             void (*encode)(xdr::Encoder&, std::type_identity_t<Result>&&)) {
  encode(results, co_await std::move(handler));
}
inline asio::awaitable<void> no_results() { co_return; }

}  // namespace onc::rpc
