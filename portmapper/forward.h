// Calls handed on to this host's servers: CALLIT, BCAST and INDIRECT (RFC 1833 §2.2.1, §3.2). Off by default, for a
// server takes such a call for one from its own host, and the answer goes wherever the caller's forged address says.
#pragma once

#include "portmapper/portmapper.h"

#include <onc/server/async_service.h>
#include <onc/transport/host.h>

#include <map>
#include <optional>
#include <utility>

namespace portmapper {

// What is to be called, and where it is.
struct Forwarded {
  std::uint32_t program;
  std::uint32_t version;
  std::uint32_t procedure;
  onc::xdr::Bytes arguments;
};

// Whether a stranger may have this called: not the portmapper's procedures, for it would trust itself, nor those of
// programs that trust their own host with files and passwords. Procedure 0 of anything, which does nothing.
bool may_be_forwarded(const Forwarded& call);

// How many calls wait for their servers at once: more are met with silence.
class Forwarding {
 public:
  static constexpr std::size_t most = 64;
  static constexpr std::size_t most_of_one_host = most / 2;

  // One of them, while it lives.
  class Place {
   public:
    Place(Forwarding& all, onc::transport::Host host) : all_(&all), host_(host) {
      ++all.waiting_, ++all.of_host_[host];
    }
    Place(Place&& other) noexcept : all_(std::exchange(other.all_, nullptr)), host_(other.host_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (all_) all_->give_back(host_);
    }

   private:
    Forwarding* all_;
    onc::transport::Host host_;
  };

  std::optional<Place> take(onc::transport::Host host);

 private:
  void give_back(onc::transport::Host host);

  std::size_t waiting_ = 0;
  std::map<onc::transport::Host, std::size_t> of_host_;
};

// In the place of a version's gate where calls are forwarded; everything else it leaves to that.
class ForwardingGate : public onc::rpc::AsyncService {
 public:
  // Both must outlive the object.
  ForwardingGate(Gate& gate, Portmapper& portmapper, Forwarding& all)
      : AsyncService(gate.program()), gate_(gate), portmapper_(portmapper), all_(all) {}

  asio::awaitable<void> dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                                 const onc::rpc::Caller& caller) override;

 private:
  bool forwards(std::uint32_t procedure, const onc::rpc::Caller& caller) const;
  bool is_indirect(std::uint32_t procedure) const;
  asio::awaitable<void> forward(Forwarded call, bool indirect, Forwarding::Place place, onc::xdr::Encoder& results,
                                const onc::rpc::Caller& caller);
  void write(const Entry& server, onc::xdr::BytesView answer, onc::xdr::Encoder& results,
             const onc::rpc::Caller& caller) const;

  Gate& gate_;
  Portmapper& portmapper_;
  Forwarding& all_;
};

}  // namespace portmapper
