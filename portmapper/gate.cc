#include "portmapper/gate.h"

#include <algorithm>

namespace portmapper {
namespace {

// The reply to a GETADDR with the longest IPv6 address, 47 bytes, which a client that gives no hints must get too:
// reply header, length, padded text.
constexpr std::size_t one_address = 24 + 4 + 48;

bool may_be_forged(const onc::rpc::Caller& caller) {
  return caller.protocol == onc::transport::Protocol::udp && !caller.peer.is_loopback();
}

constexpr std::uint32_t dump = 4;      // in every version
constexpr std::uint32_t getstat = 12;  // in version 4 only

bool tells_all(const onc::rpc::Program& face, std::uint32_t procedure) {
  return procedure == dump || (procedure == getstat && face.version == 4);
}

}  // namespace

void Gate::dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                    const onc::rpc::Caller& caller) {
  statistics_.called(program().version, procedure);
  // Not even run: making thousands of entries into an answer that is then refused is what a forger would like, too.
  if (may_be_forged(caller) && tells_all(program(), procedure)) throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
  face_.dispatch(procedure, arguments, results, caller);
  // A datagram is one call and its reply, so these are whole messages.
  const std::size_t question = arguments.offset();
  const std::size_t answer = results.size();
  if (may_be_forged(caller) && answer > std::max(question, one_address))
    throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
}

}  // namespace portmapper
