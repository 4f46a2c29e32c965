#include "portmapper/forward.h"
#include "portmapper/netconfig.h"

#include <onc/binding/universal_address.h>
#include <onc/client/async_client.h>

#include <asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

namespace portmapper {

using onc::rpc::Caller;
using onc::rpc::NoReply;
using onc::transport::Address;
using onc::transport::Endpoint;
using onc::transport::Protocol;

namespace {

constexpr std::uint32_t callit = 5;  // BCAST in version 4
constexpr std::uint32_t indirect_call = 10;

constexpr std::chrono::seconds patience{10};
// What a broadcast's answer may have: whoever forges a caller's address gets no more than a packet sent there.
constexpr std::size_t longest_answer = 1400;

// Mount, NFS and its neighbours, NIS, keys, locks, the automounter: who calls them from here is believed.
constexpr std::array<std::uint32_t, 14> trusting = {
    own_program, 100'003, 100'004, 100'005, 100'007, 100'009, 100'021,
    100'024,     100'028, 100'029, 100'069, 100'099, 100'227, 300'019,
};
// "Do you serve this domain?", which NIS clients broadcast.
constexpr std::uint32_t nis = 100'004;
constexpr std::array<std::uint32_t, 2> nis_domain = {1, 2};

// Only servers of this host are called: whoever registered another's address would have us call there.
std::optional<Address> where(const Entry& server, const Caller& caller) {
  const auto address = onc::binding::from_universal(server.netid, server.address);
  if (!address) return std::nullopt;
  if (address->is_any()) return Address::ip(address->family() == AF_INET ? "127.0.0.1" : "::1", address->port());
  if (address->is_loopback() || address->host() == caller.local.host()) return address;
  return std::nullopt;
}

// No credential of the caller's, which it may have made up, and each call once.
onc::rpc::ClientOptions once() {
  onc::rpc::ClientOptions options;
  options.timeout = patience;
  options.retransmit_after = patience;
  options.max_reply = std::size_t{1} << 16;
  return options;
}

void take_all(onc::xdr::Decoder& in, onc::xdr::Bytes& all) {
  all = onc::xdr::to_bytes(in.rest());
  in.pass_over_rest();
}

Forwarded read_call(std::uint32_t protocol, onc::xdr::Decoder& arguments) {
  if (protocol == 2) {
    auto call = arguments.last<onc::portmap::call_args>();
    return {call.prog, call.vers, call.proc, std::move(call.args)};
  }
  auto call = arguments.last<onc::rpcbind::rpcb_rmtcallargs>();
  return {call.prog, call.vers, call.proc, std::move(call.args)};
}

}  // namespace

bool may_be_forwarded(const Forwarded& call) {
  if (call.procedure == 0) return true;
  if (call.program == nis) return std::find(nis_domain.begin(), nis_domain.end(), call.procedure) != nis_domain.end();
  return std::find(trusting.begin(), trusting.end(), call.program) == trusting.end();
}

std::optional<Forwarding::Place> Forwarding::take(onc::transport::Host host) {
  const auto has = of_host_.find(host);
  if (waiting_ >= most || (has != of_host_.end() && has->second >= most_of_one_host)) return std::nullopt;
  return std::optional<Place>(std::in_place, *this, host);
}

void Forwarding::give_back(onc::transport::Host host) {
  --waiting_;
  const auto has = of_host_.find(host);
  if (--has->second == 0) of_host_.erase(has);
}

bool ForwardingGate::is_indirect(std::uint32_t procedure) const {
  return program().version == 4 && procedure == indirect_call;
}

// Over UDP only, as rpcbind has it.
bool ForwardingGate::forwards(std::uint32_t procedure, const Caller& caller) const {
  return caller.protocol == Protocol::udp && (procedure == callit || is_indirect(procedure));
}

asio::awaitable<void> ForwardingGate::dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments,
                                               onc::xdr::Encoder& results, const Caller& caller) {
  if (!forwards(procedure, caller)) {
    gate_.dispatch(procedure, arguments, results, caller);
    return onc::rpc::no_results();
  }
  gate_.admit(procedure, arguments.rest(), caller);
  Forwarded call = read_call(program().version, arguments);
  auto place = all_.take(onc::transport::host_of(caller.peer));
  if (!place || !may_be_forwarded(call)) throw NoReply{};
  return forward(std::move(call), is_indirect(procedure), std::move(*place), results, caller);
}

// Failures are silence, but for INDIRECT, which says so (RFC 1833 §2.2.1).
asio::awaitable<void> ForwardingGate::forward(Forwarded call, bool indirect, Forwarding::Place,
                                              onc::xdr::Encoder& results, const Caller& caller) {
  const auto netid = netid_of(caller);
  const Entry* const found = portmapper_.registry().find_exactly(call.program, call.version, netid);
  const auto address = found ? where(*found, caller) : std::nullopt;
  const std::optional<Entry> server = found ? std::optional(*found) : std::nullopt;  // it may go meanwhile
  bool success = false;
  if (address) try {
      onc::rpc::AsyncClient client(co_await asio::this_coro::executor, Endpoint::at(Protocol::udp, *address).text(),
                                   once());
      const onc::rpc::Program program{call.program, call.version, "", ""};
      const auto answer = co_await client.call<onc::xdr::Bytes>(
          {program, call.procedure, ""}, [&](onc::xdr::Encoder& out) { out.raw(call.arguments); }, take_all);
      success = answer.size() <= longest_answer || is_from_this_host(caller);
      if (success) write(*server, answer, results, caller);
    } catch (const onc::rpc::Error&) {
    }
  portmapper_.statistics().forwarded(program().version, call.program, call.version, call.procedure, netid, indirect,
                                     success);
  if (!success && indirect) throw std::runtime_error("the server it asked for has not answered");
  if (!success) throw NoReply{};
}

void ForwardingGate::write(const Entry& server, onc::xdr::BytesView answer, onc::xdr::Encoder& results,
                           const Caller& caller) const {
  if (program().version == 2)
    results.u32(onc::binding::from_universal(server.netid, server.address)->port());
  else
    results.string(merge_address(server.netid, server.address, caller.local), onc::xdr::unbounded);
  results.opaque(answer, onc::xdr::unbounded);
}

}  // namespace portmapper
