#include "portmapper/rpcbind_v3.h"

namespace portmapper {

// Not forwarded, as in version 2: silence is the protocol's way to say so.
onc::rpcbind::rpcb_rmtcallres RpcbindV3::RPCBPROC_CALLIT(onc::rpcbind::rpcb_rmtcallargs, const onc::rpc::Caller&) {
  throw onc::rpc::NoReply{};
}

}  // namespace portmapper
