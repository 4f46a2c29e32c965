#include "portmapper/rpcbind_v4.h"

#include <stdexcept>

namespace portmapper {

using onc::rpc::Caller;
using onc::rpcbind::rpcb;
using onc::rpcbind::rpcb_rmtcallargs;
using onc::rpcbind::rpcb_rmtcallres;

// Not forwarded, as in version 2: silence is the protocol's way to say so.
rpcb_rmtcallres RpcbindV4::RPCBPROC_BCAST(rpcb_rmtcallargs, const Caller&) { throw onc::rpc::NoReply{}; }

std::string RpcbindV4::RPCBPROC_GETVERSADDR(rpcb wanted, const Caller& caller) {
  return rpcbind().address_of_version(wanted, caller);
}

// Not forwarded either, but this procedure says so: rpcbind answers SYSTEM_ERR.
rpcb_rmtcallres RpcbindV4::RPCBPROC_INDIRECT(rpcb_rmtcallargs, const Caller&) {
  throw std::runtime_error("calls are not forwarded to other programs");
}

onc::rpcbind::rpcb_entry_list_ptr RpcbindV4::RPCBPROC_GETADDRLIST(rpcb wanted, const Caller& caller) {
  return rpcbind().address_list(wanted, caller);
}

onc::rpcbind::rpcb_stat_byvers RpcbindV4::RPCBPROC_GETSTAT(const Caller&) { return rpcbind().statistics(); }

}  // namespace portmapper
