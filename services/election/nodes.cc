#include "services/election/nodes.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <limits>
#include <stdexcept>

namespace services::elections {

namespace {

void check_uri(const std::string& number, const std::string& uri) {
  using onc::transport::Endpoint;
  using onc::transport::Protocol;
  if (uri.size() > election::MAX_URI)
    throw std::invalid_argument("--node " + number + " has a URI of more than " + std::to_string(election::MAX_URI) +
                                " characters");
  try {
    const Endpoint endpoint = Endpoint::parse(uri);
    if (endpoint.protocol == Protocol::local)
      throw std::invalid_argument("--node " + number + "=" + uri +
                                  " is a place of one host alone: write tcp://host:port or udp://host:port, and that "
                                  "one by --listen");
    if (endpoint.protocol && endpoint.port.value_or(0) != 0) return;
  } catch (const onc::rpc::Error& error) {
    throw std::invalid_argument("--node " + number + ": " + error.what());
  }
  throw std::invalid_argument("--node " + number + "=" + uri +
                              " does not say where the others find it: write tcp://host:port or udp://host:port");
}

}  // namespace

std::optional<Id> id_of(const std::string& text) {
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || text.size() > 10 || std::stoull(text) > std::numeric_limits<Id>::max()) return std::nullopt;
  return static_cast<Id>(std::stoull(text));
}

std::map<Id, std::string> uris_by_id(const std::vector<std::string>& nodes) {
  std::map<Id, std::string> uris;
  for (const std::string& node : nodes) {
    const auto at = node.find('=');
    const std::string number = node.substr(0, at);
    const auto id = id_of(number);
    if (at == std::string::npos || at + 1 == node.size() || !id)
      throw std::invalid_argument("--node " + node + " is not like 1=tcp://host:7411");
    check_uri(number, node.substr(at + 1));
    if (!uris.emplace(*id, node.substr(at + 1)).second)
      throw std::invalid_argument("--node " + number + " is there twice");
  }
  return uris;
}

}  // namespace services::elections
