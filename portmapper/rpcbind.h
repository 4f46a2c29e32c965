// What versions 3 and 4 of rpcbind share (RFC 1833 §2.2.1).
#pragma once

#include "portmapper/access.h"
#include "portmapper/registry.h"
#include "portmapper/statistics.h"

#include "rpcbind.x.h"

namespace portmapper {

// The procedures themselves, told which version was spoken.
class Rpcbind {
 public:
  // All must outlive the object.
  Rpcbind(std::uint32_t protocol, Registry& registry, const Rules& rules, Statistics& statistics)
      : protocol_(protocol), registry_(registry), rules_(rules), statistics_(statistics) {}

  bool set(const onc::rpcbind::rpcb& wanted, const onc::rpc::Caller& caller);
  bool unset(const onc::rpcbind::rpcb& wanted, const onc::rpc::Caller& caller);
  // Empty where nothing is registered on the transport the call came on. r_netid and r_addr are ignored.
  std::string address(const onc::rpcbind::rpcb& wanted, const onc::rpc::Caller& caller);
  std::string address_of_version(const onc::rpcbind::rpcb& wanted, const onc::rpc::Caller& caller);
  [[noreturn]] onc::rpcbind::rpcblist_ptr dump() const;
  // On every transport of the protocol family the call came on, as rpcbind has it.
  onc::rpcbind::rpcb_entry_list_ptr address_list(const onc::rpcbind::rpcb& wanted,
                                                 const onc::rpc::Caller& caller) const;
  std::uint32_t time() const;
  onc::rpcbind::netbuf to_transport_address(const std::string& universal, const onc::rpc::Caller& caller) const;
  std::string to_universal_address(const onc::rpcbind::netbuf& transport_address) const;
  onc::rpcbind::rpcb_stat_byvers statistics() const { return statistics_.by_version(); }

 private:
  std::string told(const Entry* found, const onc::rpcbind::rpcb& wanted, const onc::rpc::Caller& caller);

  std::uint32_t protocol_;
  Registry& registry_;
  const Rules& rules_;
  Statistics& statistics_;
};

// `Generated`: the Server class of either version. Both declare these procedures, each for itself.
template <class Generated>
class RpcbindFace : public Generated {
 public:
  RpcbindFace(Registry& registry, const Rules& rules, Statistics& statistics)
      : rpcbind_(Generated::program().version, registry, rules, statistics) {}

  bool RPCBPROC_SET(onc::rpcbind::rpcb wanted, const onc::rpc::Caller& caller) override {
    return rpcbind_.set(wanted, caller);
  }
  bool RPCBPROC_UNSET(onc::rpcbind::rpcb wanted, const onc::rpc::Caller& caller) override {
    return rpcbind_.unset(wanted, caller);
  }
  std::string RPCBPROC_GETADDR(onc::rpcbind::rpcb wanted, const onc::rpc::Caller& caller) override {
    return rpcbind_.address(wanted, caller);
  }
  onc::rpcbind::rpcblist_ptr RPCBPROC_DUMP(const onc::rpc::Caller&) override { return rpcbind_.dump(); }
  std::uint32_t RPCBPROC_GETTIME(const onc::rpc::Caller&) override { return rpcbind_.time(); }
  onc::rpcbind::netbuf RPCBPROC_UADDR2TADDR(std::string universal, const onc::rpc::Caller& caller) override {
    return rpcbind_.to_transport_address(universal, caller);
  }
  std::string RPCBPROC_TADDR2UADDR(onc::rpcbind::netbuf address, const onc::rpc::Caller&) override {
    return rpcbind_.to_universal_address(address);
  }

 protected:
  Rpcbind& rpcbind() { return rpcbind_; }

 private:
  Rpcbind rpcbind_;
};

}  // namespace portmapper
