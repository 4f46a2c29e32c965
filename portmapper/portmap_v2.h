// Version 2, the port mapper: the part of the table that is TCP and UDP over IPv4 (RFC 1833 §3).
#pragma once

#include "portmapper/access.h"
#include "portmapper/registry.h"
#include "portmapper/statistics.h"

#include "portmap.x.h"

#include <optional>

namespace portmapper {

// As version 2 tells it; nothing where it has no word for the transport.
std::optional<onc::portmap::mapping> mapping_of(const Entry& entry);
// The netid of its protocol, and its port on all interfaces; what the table refuses where they make no sense.
Entry entry_of(const onc::portmap::mapping& mapping, std::string owner);

class PortmapV2 : public onc::portmap::PMAP_PROG::PMAP_VERS::Server {
 public:
  // All must outlive the face.
  PortmapV2(Registry& registry, const Rules& rules, Statistics& statistics)
      : registry_(registry), rules_(rules), statistics_(statistics) {}

  void PMAPPROC_NULL(const onc::rpc::Caller&) override {}
  bool PMAPPROC_SET(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  bool PMAPPROC_UNSET(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  std::uint32_t PMAPPROC_GETPORT(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  [[noreturn]] onc::portmap::pmaplist PMAPPROC_DUMP(const onc::rpc::Caller& caller) override;
  onc::portmap::call_result PMAPPROC_CALLIT(onc::portmap::call_args call, const onc::rpc::Caller& caller) override;

 private:
  Registry& registry_;
  const Rules& rules_;
  Statistics& statistics_;
};

}  // namespace portmapper
