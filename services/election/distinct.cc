#include "services/election/distinct.h"

#include <onc/transport/endpoint.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace services::elections {

using onc::transport::Endpoint;

namespace {

// One spelling of several.
std::string canonical(const std::string& uri) {
  Endpoint endpoint = Endpoint::parse(uri);
  const auto numeric = onc::transport::resolve_numeric(endpoint);
  if (!numeric.empty()) return Endpoint::at(*endpoint.protocol, numeric.front()).text();
  std::string& host = endpoint.host;
  std::transform(host.begin(), host.end(), host.begin(), [](unsigned char c) { return std::tolower(c); });
  if (host.ends_with('.')) host.pop_back();
  return endpoint.text();
}

// By the name alone.
bool is_at_other_host(const std::string& uri, const std::string& own_host) {
  const Endpoint endpoint = Endpoint::parse(uri);
  if (endpoint.host == own_host || endpoint.host == "localhost") return false;
  const auto numeric = onc::transport::resolve_numeric(endpoint);
  return numeric.empty() || !numeric.front().is_loopback();
}

}  // namespace

void check_distinct(const std::map<Id, std::string>& uris) {
  std::map<std::string, Id> places;
  for (const auto& [id, uri] : uris) {
    const auto [place, is_new] = places.emplace(canonical(uri), id);
    if (!is_new)
      throw std::invalid_argument("--node " + std::to_string(place->second) + " and --node " + std::to_string(id) +
                                  " are both at " + uri + "; give each node a place of its own");
  }
}

std::string why_unreachable(Id self, const Endpoint& served, const std::map<Id, std::string>& uris) {
  const auto addresses = onc::transport::resolve_numeric(served);
  if (addresses.empty() || !addresses.front().is_loopback()) return "";
  const std::string host = Endpoint::parse(uris.at(self)).host;
  for (const auto& [id, uri] : uris) {
    if (id == self || !is_at_other_host(uri, host)) continue;
    return "node " + std::to_string(self) + " serves at " + served.text() + ", where node " + std::to_string(id) +
           " at " + uri + " cannot reach it; write an address of this host's network for '" + host +
           "' into --node or /etc/hosts";
  }
  return "";
}

}  // namespace services::elections
