#include "services/zookeeper/ensemble.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <sstream>
#include <stdexcept>

namespace services::zookeeper {

namespace {

constexpr std::uint16_t usual_port = 2181;

std::string server_of(const std::string& text) {
  using onc::transport::Endpoint;
  using onc::transport::Protocol;
  const bool is_uri = text.find("://") != std::string::npos;
  try {
    const Endpoint endpoint = Endpoint::parse(is_uri ? text : "tcp://" + text);
    if (endpoint.protocol == Protocol::tcp && endpoint.port.value_or(usual_port) != 0)
      return endpoint.host + ":" + std::to_string(endpoint.port.value_or(usual_port));
  } catch (const onc::rpc::Error&) {
    // The sentence below says what one looks like.
  }
  throw std::invalid_argument("--ensemble " + text +
                              " is no server of ZooKeeper: write host:port or tcp://host:port, as in one:2181");
}

}  // namespace

std::string servers_of(const std::vector<std::string>& uris) {
  std::string servers;
  for (const std::string& some : uris) {
    std::istringstream in(some);
    for (std::string one; std::getline(in, one, ',');) servers += (servers.empty() ? "" : ",") + server_of(one);
  }
  if (servers.empty()) throw std::invalid_argument("--ensemble names no server of ZooKeeper: write host:port");
  return servers;
}

}  // namespace services::zookeeper
