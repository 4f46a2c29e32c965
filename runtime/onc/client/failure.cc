#include <onc/client/failure.h>

#include <sstream>

namespace onc::rpc {
namespace {

std::string seconds(std::chrono::milliseconds time) {
  std::ostringstream out;
  out << static_cast<double>(time.count()) / 1000 << " s";
  return out.str();
}

std::string beginning(const Procedure& procedure) {
  return std::string(procedure.program.name) + "." + procedure.name + " version " +
         std::to_string(procedure.program.version) + " at ";
}

}  // namespace

const char* text(MayHaveRun may_have_run) {
  switch (may_have_run) {
    case MayHaveRun::no: return "it did not run";
    case MayHaveRun::maybe: return "it may have run";
    case MayHaveRun::yes: return "it has run";
  }
  return "";
}

std::string describe_call(const Procedure& procedure, const std::string& peer) {
  return beginning(procedure) + peer + ": ";
}

std::string_view without_call(std::string_view text, const Procedure& procedure) {
  if (!text.starts_with(beginning(procedure))) return text;
  const std::size_t end = text.find(": ");
  return end == std::string_view::npos ? text : text.substr(end + 2);
}

Error refused_by_server(const Procedure& procedure, const std::string& peer, const ReplyHeader& reply) {
  const std::error_code code = *reply.failure;
  const auto may_have_run = reply.failure == errc::system_error ? MayHaveRun::maybe : MayHaveRun::no;
  return {code, describe_call(procedure, peer) + why_not_served(reply) + "; " + text(may_have_run),
          may_have_run != MayHaveRun::no};
}

Error undecodable_results(const Procedure& procedure, const std::string& peer, const xdr::Error& error) {
  return {errc::undecodable_reply,
          describe_call(procedure, peer) + "the results are not what the .x says: " + error.what() +
              " of the results; " + text(MayHaveRun::yes),
          true};
}

Error not_connected(const Procedure& procedure, const std::string& peer, const Error& why) {
  return {why.code(), describe_call(procedure, peer) + why.what() + "; " + text(MayHaveRun::no)};
}

Error cannot_come_back(const Procedure& procedure, const std::string& peer) {
  return {std::make_error_code(std::errc::address_in_use),
          describe_call(procedure, peer) + "the connection broke, and its port is taken by now, by which the server " +
              "could tell a repeat; " + text(MayHaveRun::maybe),
          true};
}

Error broken_off(const Procedure& procedure, const std::string& peer, std::error_code code,
                 std::chrono::milliseconds timeout, MayHaveRun may_have_run) {
  // A socket's own ETIMEDOUT and ours are one to the caller.
  if (code == std::errc::timed_out) code = make_error_code(errc::timed_out);
  std::string what = code.message();
  if (code == errc::timed_out) what = "no reply within " + seconds(timeout);
  if (code == std::errc::no_such_file_or_directory) what = "there is no such socket, so no server either";
  if (code == std::errc::connection_refused) what = "nobody listens there (connection refused)";
  if (code == std::errc::message_size) what = "the call is too long for a datagram: call over TCP or a local socket";
  if (code == errc::record_too_long)
    what = "what comes back is longer than max_reply (ClientOptions), or no RPC at all";
  return {code, describe_call(procedure, peer) + what + "; " + text(may_have_run), may_have_run != MayHaveRun::no};
}

}  // namespace onc::rpc
