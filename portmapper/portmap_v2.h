// Version 2, the port mapper: the part of the table that is TCP and UDP over IPv4 (RFC 1833 §3).
#pragma once

#include "portmapper/registry.h"
#include "portmapper/statistics.h"

#include "portmap.x.h"

namespace portmapper {

class PortmapV2 : public onc::portmap::PMAP_PROG::PMAP_VERS::Server {
 public:
  // Both must outlive the face.
  PortmapV2(Registry& registry, Statistics& statistics) : registry_(registry), statistics_(statistics) {}

  void PMAPPROC_NULL(const onc::rpc::Caller&) override {}
  bool PMAPPROC_SET(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  bool PMAPPROC_UNSET(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  std::uint32_t PMAPPROC_GETPORT(onc::portmap::mapping mapping, const onc::rpc::Caller& caller) override;
  onc::portmap::pmaplist PMAPPROC_DUMP(const onc::rpc::Caller& caller) override;
  onc::portmap::call_result PMAPPROC_CALLIT(onc::portmap::call_args call, const onc::rpc::Caller& caller) override;

 private:
  Registry& registry_;
  Statistics& statistics_;
};

}  // namespace portmapper
