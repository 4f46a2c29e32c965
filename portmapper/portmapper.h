// The whole portmapper but its sockets: one table, three faces.
#pragma once

#include "portmapper/gate.h"
#include "portmapper/portmap_v2.h"
#include "portmapper/rpcbind_v3.h"
#include "portmapper/rpcbind_v4.h"

#include <array>

namespace portmapper {

class Portmapper {
 public:
  Registry& registry() { return registry_; }
  // What a server is to serve; they live as long as this object.
  std::array<onc::rpc::Service*, 3> services() { return {&gate_2_, &gate_3_, &gate_4_}; }

 private:
  Registry registry_;
  Statistics statistics_;
  PortmapV2 version_2_{registry_, statistics_};
  RpcbindV3 version_3_{registry_, statistics_};
  RpcbindV4 version_4_{registry_, statistics_};
  Gate gate_2_{version_2_, statistics_};
  Gate gate_3_{version_3_, statistics_};
  Gate gate_4_{version_4_, statistics_};
};

}  // namespace portmapper
