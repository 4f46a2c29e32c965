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

}  // namespace services::elections
