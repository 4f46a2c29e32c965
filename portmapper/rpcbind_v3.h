// rpcbind version 3 (RFC 1833 §2.2.1).
#pragma once

#include "portmapper/rpcbind.h"

namespace portmapper {

class RpcbindV3 : public RpcbindFace<onc::rpcbind::RPCBPROG::RPCBVERS::Server> {
 public:
  using RpcbindFace::RpcbindFace;

  onc::rpcbind::rpcb_rmtcallres RPCBPROC_CALLIT(onc::rpcbind::rpcb_rmtcallargs call,
                                                const onc::rpc::Caller& caller) override;
};

}  // namespace portmapper
