#include <onc/rpc/error.h>

namespace onc::rpc {
namespace {

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "rpc"; }

  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::program_unavailable: return "the server does not serve this program";
      case errc::version_mismatch: return "the server does not serve this version of the program";
      case errc::procedure_unavailable: return "the program has no such procedure";
      case errc::garbage_arguments: return "the server could not decode the arguments";
      case errc::system_error: return "the server failed while it served the call";
      case errc::rpc_mismatch: return "the server does not speak version 2 of RPC";
      case errc::authentication_error: return "the server refused the credential";
      case errc::timed_out: return "no reply before the deadline";
      case errc::connection_lost: return "the peer closed the connection before it replied";
      case errc::client_closed: return "the client was closed here, before the reply came";
      case errc::bad_reply: return "the reply is not an RPC reply";
      case errc::undecodable_reply: return "the results in the reply are not what the .x says";
      case errc::record_too_long: return "the peer's record is longer than the limit";
      case errc::too_many_fragments: return "the peer's record is in more fragments than the limit";
      case errc::bad_endpoint: return "not an endpoint";
      case errc::unknown_host: return "the host has no address";
      case errc::not_registered: return "the program is not registered with the portmapper";
      case errc::registration_refused: return "the portmapper refused the registration";
    }
    return "unknown RPC error";
  }

  // So that who asks in the words of std::errc finds the same whoever noticed first, we or the kernel.
  std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<errc>(code)) {
      case errc::timed_out: return std::errc::timed_out;
      case errc::client_closed: return std::errc::operation_canceled;
      default: return {code, *this};
    }
  }
};

std::string describe(errc code, const Program& program) {
  return std::string(program.name) + " " + program.version_name + " (" + std::to_string(program.number) + " version " +
         std::to_string(program.version) + "): " + category().message(static_cast<int>(code));
}

}  // namespace

const std::error_category& category() noexcept {
  // Never destroyed: a thread that still asks for a server's address may outlast main().
  static const auto* const instance = new Category;
  return *instance;
}

Error::Error(errc code, const Program& program) : Error(code, describe(code, program)) {}

}  // namespace onc::rpc
