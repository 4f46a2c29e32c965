#include "services/mutex/members.h"

#include "services/election/distinct.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <charconv>
#include <optional>
#include <stdexcept>

namespace services::locks {

using ::mutex::MemberId;

namespace {

std::optional<MemberId> number_in(const std::string& text) {
  MemberId id = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, id);
  return error == std::errc() && stopped == end && id > 0 ? std::optional(id) : std::nullopt;
}

void check_uri(const std::string& node, const std::string& uri) {
  using onc::transport::Endpoint;
  using onc::transport::Protocol;
  if (uri.size() > ::mutex::MAX_URI)
    throw std::invalid_argument("--node " + node.substr(0, node.find('=')) + " has a URI of more than " +
                                std::to_string(::mutex::MAX_URI) + " characters");
  try {
    const Endpoint endpoint = Endpoint::parse(uri);
    if (endpoint.protocol == Protocol::tcp && endpoint.port.value_or(0) != 0) return;
    // What one member says of all its locks is larger than a datagram.
    if (endpoint.protocol == Protocol::udp || endpoint.protocol == Protocol::local)
      throw std::invalid_argument("--node " + node +
                                  ": members call each other by tcp://host:port; --listen serves clients otherwise");
  } catch (const onc::rpc::Error& error) {
    throw std::invalid_argument("--node " + node + ": " + error.what());
  }
  throw std::invalid_argument("--node " + node +
                              " does not say where the other members find it: write tcp://host:port");
}

}  // namespace

MemberId id_of(const std::string& text) {
  if (const auto id = number_in(text)) return *id;
  throw std::invalid_argument("--id " + text + " is no member's ID: it is a number from 1 to 4294967295");
}

std::map<MemberId, std::string> uris_of(const std::vector<std::string>& nodes) {
  std::map<MemberId, std::string> uris;
  for (const std::string& node : nodes) {
    const auto at = node.find('=');
    const auto id = at == std::string::npos ? std::nullopt : number_in(node.substr(0, at));
    if (!id || at + 1 == node.size())
      throw std::invalid_argument("--node " + node + " is not like 1=tcp://host:7421, with an ID from 1");
    check_uri(node, node.substr(at + 1));
    if (!uris.emplace(*id, node.substr(at + 1)).second)
      throw std::invalid_argument("--node " + std::to_string(*id) +
                                  " is there twice; give each member an ID of its own");
  }
  elections::check_distinct(uris);
  return uris;
}

}  // namespace services::locks
