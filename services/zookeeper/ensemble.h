// Where an ensemble of ZooKeeper servers is.
#pragma once

#include <string>
#include <vector>

namespace services::zookeeper {

// The servers as their client library wants them, HOST:PORT,HOST:PORT. Each of `uris` is tcp://host:port or host:port,
// or several with commas between them; without a port it is ZooKeeper's own, 2181.
// Throws std::invalid_argument, in one sentence, also where there is none.
std::string servers_of(const std::vector<std::string>& uris);

}  // namespace services::zookeeper
