// rpcbind version 4 (RFC 1833 §2.2.2).
#pragma once

#include "portmapper/rpcbind.h"

namespace portmapper {

class RpcbindV4 : public RpcbindFace<onc::rpcbind::RPCBPROG::RPCBVERS4::Server> {
 public:
  using RpcbindFace::RpcbindFace;

  onc::rpcbind::rpcb_rmtcallres RPCBPROC_BCAST(onc::rpcbind::rpcb_rmtcallargs call,
                                               const onc::rpc::Caller& caller) override;
  std::string RPCBPROC_GETVERSADDR(onc::rpcbind::rpcb wanted, const onc::rpc::Caller& caller) override;
  onc::rpcbind::rpcb_rmtcallres RPCBPROC_INDIRECT(onc::rpcbind::rpcb_rmtcallargs call,
                                                  const onc::rpc::Caller& caller) override;
  onc::rpcbind::rpcb_entry_list_ptr RPCBPROC_GETADDRLIST(onc::rpcbind::rpcb wanted,
                                                         const onc::rpc::Caller& caller) override;
  onc::rpcbind::rpcb_stat_byvers RPCBPROC_GETSTAT(const onc::rpc::Caller& caller) override;
};

}  // namespace portmapper
