// The client whose calls are coroutines of Asio: the base of every generated AsyncClient.
#pragma once

#include <onc/client/client.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

namespace onc::rpc {

class AsyncClientState;
class ClientObservation;
struct SysCaller;

// A call that is written, but not awaited yet. Outlives its client.
struct AsyncRequest {
  std::shared_ptr<AsyncClientState> client;
  Procedure procedure;
  std::uint32_t xid;
  std::shared_ptr<xdr::Encoder> message;                          // with room for the record mark
  std::chrono::milliseconds timeout;                              // from when it is awaited,
  std::optional<std::chrono::steady_clock::time_point> deadline;  // and until when at most
  bool one_way = false;
  std::size_t arguments_at = 0;                  // in the message
  std::shared_ptr<SysCaller> caller = {};        // where that is said by AUTH_SYS
  std::shared_ptr<ClientObservation> seen = {};  // by who watches, once it is awaited
  // Where it is to come from and from nowhere else; where it does, as long as that is unspecified.
  std::shared_ptr<transport::Address> from = {};
};

// Reads the results as soon as they are there, while they lie in the connection's buffer.
struct ResultReader {
  void (*read)(void* context, xdr::Decoder& in) = nullptr;
  void* context = nullptr;
};

// Sends the call and waits until its results have been read.
asio::awaitable<void> exchange(AsyncRequest request, ResultReader reader);

template <class Result>
asio::awaitable<Result> exchange(AsyncRequest request, void (*decode)(xdr::Decoder&, Result&)) {
  struct Reply {
    void (*decode)(xdr::Decoder&, Result&);
    Result result{};
  } reply{decode};
  const auto read = [](void* context, xdr::Decoder& in) {
    auto& into = *static_cast<Reply*>(context);
    into.decode(in, into.result);
  };
  co_await exchange(std::move(request), ResultReader{read, &reply});
  co_return std::move(reply.result);
}

// Calls one version of one program, as many calls at once as one likes: they share a connection, and each gets its own
// reply, in whatever order those come. Connects at the first call, and again at the next after the connection broke.
//
// A call throws what a blocking one does (client.h), and Error(std::errc::operation_canceled) where it is cancelled, as
// by `co_await (client.lookup("motd") || timer.async_wait(asio::use_awaitable))`. Its arguments are written at once,
// so a broken bound is thrown before there is anything to await; nothing is sent before it is awaited.
// Where the connection breaks, all calls on it fail, and each says whether it may have run.
//
// Of a one-way call, `co_await client.one_way().log("text")`, nobody waits for a reply: it ends when it has been sent.
// What becomes of it is as for Client; nothing is gathered, but what is sent on one turn of the loop leaves together.
//
// g++ 12 destroys twice what is made in braces and owns memory, such as a struct with a string, where that stands in
// the same expression as co_await: the program crashes. Name it before: `const Notice notice{.name = "motd"};`, and
// `co_await client.log(notice)`; or await what was called before: `auto call = client.log({.name = "motd"});`, and
// `co_await std::move(call)`.
//
// Everything happens on one executor, of an io_context that one thread runs or of a strand: calls are awaited there,
// and the client is used and destroyed there. While no call is under way it keeps no io_context from ending.
class AsyncClient {
 public:
  // `server`: as for Client. Throws Error(bad_endpoint).
  AsyncClient(asio::any_io_executor executor, std::string_view server, ClientOptions options = {});
  AsyncClient(asio::io_context& context, std::string_view server, ClientOptions options = {})
      : AsyncClient(context.get_executor(), server, std::move(options)) {}
  // On the connection of `other`, which alone closes it.
  AsyncClient(const AsyncClient& other, const CallOptions& options);
  AsyncClient(AsyncClient&&) noexcept;
  AsyncClient& operator=(AsyncClient&&) noexcept;
  // As close().
  virtual ~AsyncClient();

  // Of calls made from now on.
  void set_timeout(std::chrono::milliseconds timeout);
  void set_credential(Credential credential);
  // Hangs up. Calls under way fail with client_closed; the next connects anew.
  void close();

  // One call. `encode_arguments(xdr::Encoder&)`.
  template <class Result, class EncodeArguments>
  asio::awaitable<Result> call(const Procedure& procedure, EncodeArguments&& encode_arguments,
                               void (*decode_result)(xdr::Decoder&, std::type_identity_t<Result>&)) {
    AsyncRequest request = begin(procedure);
    refuse_one_way(request);
    encode_arguments(*request.message);
    return onc::rpc::exchange<Result>(std::move(request), decode_result);
  }
  // One without a result.
  template <class EncodeArguments>
  asio::awaitable<void> call(const Procedure& procedure, EncodeArguments&& encode_arguments) {
    AsyncRequest request = begin(procedure);
    encode_arguments(*request.message);
    return onc::rpc::exchange(std::move(request), ResultReader{});
  }

 protected:
  const CallOptions& call_options() const { return options_; }

 private:
  // A call message up to its arguments.
  AsyncRequest begin(const Procedure& procedure);
  // Throws std::logic_error: a call with results cannot be one.
  static void refuse_one_way(const AsyncRequest& request);

  std::shared_ptr<AsyncClientState> state_;
  CallOptions options_;
  bool is_adjusted_ = false;  // another's connection, which that one closes
};

// The base of a generated AsyncClient, which `Generated` is: co_await client.within(500ms).lookup("motd").
template <class Generated, const Program& program>
class AsyncClientFor : public Adjustable<Generated, AsyncClient> {
 public:
  using Adjustable<Generated, AsyncClient>::Adjustable;

  // As ClientFor's.
  asio::awaitable<void> ping() {
    if (this->call_options().one_way) throw std::logic_error("ping waits for an answer, so it cannot be one-way");
    return this->call({program, 0, "ping"}, [](xdr::Encoder&) {});
  }
};

}  // namespace onc::rpc
