// Why a call did not happen (RFC 5531 §9, and what can go wrong around it).
#pragma once

#include <onc/rpc/program.h>

#include <string>
#include <system_error>

namespace onc::rpc {

enum class errc {
  // What the server said (RFC 5531 §9). None of these ran, but for system_error.
  program_unavailable = 1,  // PROG_UNAVAIL
  version_mismatch,         // PROG_MISMATCH
  procedure_unavailable,    // PROC_UNAVAIL
  garbage_arguments,        // GARBAGE_ARGS
  system_error,             // SYSTEM_ERR
  rpc_mismatch,             // RPC_MISMATCH
  authentication_error,     // AUTH_ERROR

  // What was seen from here.
  timed_out,           // no reply before the deadline; also std::errc::timed_out
  connection_lost,     // the peer closed or broke the connection before it replied
  bad_reply,           // the reply's header is not RPC
  undecodable_reply,   // the reply's results are not what the .x says
  record_too_long,     // a record over the limit (RFC 5531 §11 sets none)
  too_many_fragments,  // a record in more pieces than the limit

  // Finding the server.
  bad_endpoint,    // not a URI that names a server
  unknown_host,    // the host's name has no address
  not_registered,  // the portmapper knows no such program
  registration_refused,

  client_closed,  // this side closed before the reply came; also std::errc::operation_canceled
};

const std::error_category& category() noexcept;
inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), category()}; }

// code(): an errc above, or errno's where a system call failed.
// what(): one sentence that says which call, to where, what happened and whether it may have run.
class Error : public std::system_error {
 public:
  Error(std::error_code code, std::string text, bool maybe_executed = false)
      : std::system_error(code), text_(std::move(text)), maybe_executed_(maybe_executed) {}
  Error(errc code, std::string text, bool maybe_executed = false)
      : Error(make_error_code(code), std::move(text), maybe_executed) {}
  // Said of a whole program, such as procedure_unavailable in a server's dispatch.
  Error(errc code, const Program& program);

  const char* what() const noexcept override { return text_.c_str(); }

  // True where the server may have run the procedure: calling again may run it twice.
  bool maybe_executed() const { return maybe_executed_; }

 private:
  std::string text_;
  bool maybe_executed_ = false;
};

}  // namespace onc::rpc

template <>
struct std::is_error_code_enum<onc::rpc::errc> : std::true_type {};
