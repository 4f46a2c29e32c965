// What a server's author writes: one object per version of a program.
#pragma once

#include <onc/auth/auth.h>
#include <onc/rpc/program.h>
#include <onc/transport/address.h>
#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include <sys/types.h>

namespace onc::rpc {

// Who called, from where and over what. Valid while the handler runs.
struct Caller {
  Caller(transport::Protocol over, const transport::Address& from, const transport::Address& to,
         std::optional<uid_t> uid = {})
      : protocol(over), peer(from), local(to), peer_uid(uid) {}
  // For tests of handlers.
  Caller(transport::Protocol over, const transport::Address& from, const transport::Address& to,
         std::optional<uid_t> uid, std::optional<SysParameters> says)
      : Caller(over, from, to, uid) {
    sys = std::move(says);
  }

  transport::Protocol protocol;
  const transport::Address& peer;         // the other end
  const transport::Address& local;        // the address the caller used to reach us
  std::optional<uid_t> peer_uid;          // who is at the other end of a local socket: the kernel says so
  std::optional<SysParameters> sys = {};  // what the caller says of itself, which nobody has checked (AUTH_SYS)
  std::string principal = {};             // who it is, as a CredentialCheck has found; empty without one
  // About until when the answer is worth having: no message says it, so it is ServerOptions::patience from when the
  // call came. client.until(caller.until) hands it on to the servers that a handler asks itself.
  std::chrono::steady_clock::time_point until = {};
};

// What a call shows of its caller before a handler sees it. Valid while it is checked.
struct Presented {
  Program program;
  std::uint32_t procedure;
  std::int32_t flavor;
  xdr::BytesView credential;  // its body, at most 400 bytes (RFC 5531 §8.2)
  transport::Protocol protocol;
  const transport::Address& peer;
  std::optional<uid_t> peer_uid;  // of a local socket's peer
};

// Decides whom a server serves, in place of check_credential(), which it may call. What it throws is told as a failure,
// and the caller refused with AUTH_FAILED.
using CredentialCheck = std::function<CheckedCredential(const Presented&)>;

// Thrown by a handler that will not serve this caller: answered with AUTH_ERROR (RFC 5531 §9).
struct Refusal {
  AuthStatus why;
};

// Thrown by a handler whose protocol asks for silence, as CALLIT does (RFC 1833 §2.2.1): nothing is answered.
struct NoReply {};

// Appends the next piece of a call's results; false where that was the last.
using MoreResults = std::function<bool(xdr::Encoder&)>;

// Thrown by a handler whose results would need much memory: they are made piece by piece, as their caller reads them,
// on the connection's thread and after the handler has returned. What `more` refers to must outlive the server; where
// it throws, the connection is closed, for half of the reply is on its way. Each piece is a fragment of one record
// (RFC 5531 §11), of any size together. Over UDP, from workers and from an AsyncService's coroutines (not from its
// dispatch()), and for ServiceOptions::once_across_connections, all pieces are made at once. Observers see the first
// one only.
struct InPieces {
  MoreResults more;
};

// How a server treats some of a service's procedures, by their numbers in the .x. One that the .x has not is refused,
// wherever the program's .x.print.cc is linked, which knows them. Procedure 0 is always run and always answered.
struct ServiceOptions {
  // May as well run twice, such as those that only read: a call that is repeated is run again, and sees what is true
  // then. Their replies are not remembered, and so push out none of those that must be.
  std::set<std::uint32_t> idempotent = {};
  // Never answered, whatever becomes of the call: their clients do not wait (batching, RFC 5531 §8.4.1). What goes
  // wrong is only told to on_failure(). Those that have results are refused like those that the .x has not.
  std::set<std::uint32_t> one_way = {};
  // Its handlers block, on disks or other servers, and so run on the server's worker threads (ServerOptions::workers),
  // several at once: the service must stand that. Its calls count as those of an AsyncService do. Not for those.
  bool on_workers = false;
  // Over TCP too a repeated call is not run again, but gets the first one's reply: where a client's connection broke
  // before it had that, and the client comes back from the port it had, as ours do by Retrying. Each call is hashed
  // for it, and each reply copied. Local sockets' peers have no port, so their calls are always run.
  bool once_across_connections = false;
};

// The base of every generated Server. Whatever a handler throws besides the two above is answered with SYSTEM_ERR.
class Service {
 public:
  explicit Service(const Program& program) : program_(program) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  const Program& program() const { return program_; }

  // Reads the arguments, calls the handler, writes the results. Throws xdr::Error where the arguments are not what
  // the .x says, and Error(procedure_unavailable).
  virtual void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                        const Caller& caller) = 0;

 private:
  Program program_;
};

}  // namespace onc::rpc
