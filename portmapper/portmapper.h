// The whole portmapper but its sockets: one table, three faces.
#pragma once

#include "portmapper/gate.h"
#include "portmapper/portmap_v2.h"
#include "portmapper/rpcbind_v3.h"
#include "portmapper/rpcbind_v4.h"

#include <array>
#include <utility>

namespace portmapper {

class Portmapper {
 public:
  explicit Portmapper(Rules rules = {}) : rules_(std::move(rules)) {}

  Registry& registry() { return registry_; }
  const Registry& registry() const { return registry_; }
  const Rules& rules() const { return rules_; }
  Statistics& statistics() { return statistics_; }
  // What a server is to serve: versions 2, 3 and 4. They live as long as this object.
  std::array<Gate*, 3> gates() { return {&gate_2_, &gate_3_, &gate_4_}; }

 private:
  const Rules rules_;
  Registry registry_;
  Statistics statistics_;
  RateLimit rate_{rules_.calls_per_second};
  PortmapV2 version_2_{registry_, rules_, statistics_};
  RpcbindV3 version_3_{registry_, rules_, statistics_};
  RpcbindV4 version_4_{registry_, rules_, statistics_};
  Gate gate_2_{version_2_, rules_, rate_, statistics_};
  Gate gate_3_{version_3_, rules_, rate_, statistics_};
  Gate gate_4_{version_4_, rules_, rate_, statistics_};
};

}  // namespace portmapper
