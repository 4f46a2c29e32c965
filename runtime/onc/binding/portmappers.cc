#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

namespace onc::binding {

using transport::Endpoint;
using transport::Protocol;

namespace {

std::optional<Endpoint> named_by_environment() {
  const char* text = std::getenv(portmapper_variable);
  if (!text || !*text) return std::nullopt;
  Endpoint endpoint;
  try {
    endpoint = Endpoint::parse(text);
  } catch (const rpc::Error& error) {
    throw rpc::Error(error.code(), std::string(portmapper_variable) + ": " + error.what());
  }
  if (!endpoint.protocol) endpoint.protocol = Protocol::tcp;
  if (endpoint.protocol != Protocol::local && !endpoint.port) endpoint.port = portmapper_port;
  return endpoint;
}

}  // namespace

std::vector<Endpoint> portmappers_of(const std::string& host, Protocol protocol, transport::TimePoint deadline) {
  const auto named = named_by_environment();
  if (named && named->protocol == Protocol::local) return {*named};
  const Endpoint portmapper{protocol, named ? named->host : host, named ? named->port : portmapper_port};
  std::vector<Endpoint> portmappers;
  for (const auto& address : transport::resolve(portmapper, deadline))
    portmappers.push_back(Endpoint::at(protocol, address));
  return portmappers;
}

std::vector<Endpoint> own_portmappers() {
  if (const auto named = named_by_environment()) return {*named};
  std::vector<Endpoint> portmappers = {{Protocol::local, "/run/rpcbind.sock", std::nullopt}};
  // Mostly a link to /run: one that hangs would be waited for twice.
  std::error_code unknown;
  if (!std::filesystem::equivalent("/run", "/var/run", unknown))
    portmappers.push_back({Protocol::local, "/var/run/rpcbind.sock", std::nullopt});
  portmappers.push_back({Protocol::tcp, "127.0.0.1", portmapper_port});
  portmappers.push_back({Protocol::udp, "127.0.0.1", portmapper_port});
  return portmappers;
}

bool speaks_another_version(const rpc::Error& error) {
  return error.code() == rpc::errc::version_mismatch || error.code() == rpc::errc::program_unavailable ||
         error.code() == rpc::errc::procedure_unavailable;
}

}  // namespace onc::binding
