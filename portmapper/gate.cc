#include "portmapper/gate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

namespace portmapper {
namespace {

using onc::rpc::AuthStatus;
using onc::rpc::Caller;
using onc::rpc::Refusal;
using onc::transport::Protocol;

constexpr std::size_t reply_header = 24;
// The reply to a GETADDR with the longest IPv6 address, 47 bytes, which a client that gives no hints must get too:
// length and padded text.
constexpr std::size_t one_address = reply_header + 4 + 48;

bool may_be_forged(const Caller& caller) { return caller.protocol == Protocol::udp && !caller.peer.is_loopback(); }

constexpr std::uint32_t null = 0;
constexpr std::uint32_t dump = 4;      // in every version
constexpr std::uint32_t getstat = 12;  // in version 4 only

bool tells_all(const onc::rpc::Program& face, std::uint32_t procedure) {
  return procedure == dump || (procedure == getstat && face.version == 4);
}

std::string procedure_text(std::uint32_t version, std::uint32_t procedure) {
  return "procedure " + std::to_string(procedure) + " of version " + std::to_string(version);
}

std::string who(const Caller& caller) {
  if (caller.peer_uid) return "user " + std::to_string(*caller.peer_uid);
  return caller.protocol == Protocol::local ? "a local socket" : caller.peer.text();
}

// Those whose arguments begin with the number of a program: of SET, UNSET, GETADDR, CALLIT, GETVERSADDR, INDIRECT and
// GETADDRLIST.
bool is_of_a_program(std::uint32_t procedure) {
  constexpr std::array<std::uint32_t, 7> all = {1, 2, 3, 5, 9, 10, 11};
  return std::find(all.begin(), all.end(), procedure) != all.end();
}

std::string what(const onc::rpc::Program& face, std::uint32_t procedure, onc::xdr::BytesView arguments) {
  const auto* print = face.prints ? face.prints->find(procedure) : nullptr;
  const std::string name = print ? print->name : "procedure " + std::to_string(procedure);
  const std::string version = " of version " + std::to_string(face.version);
  if (!is_of_a_program(procedure) || arguments.size() < 4) return name + version;
  return name + version + " for program " + std::to_string(onc::xdr::Decoder(arguments).u32());
}

}  // namespace

void Gate::dispatch(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                    const Caller& caller) {
  admit(procedure, arguments.rest(), caller);
  try {
    answer(procedure, arguments, results, caller);
  } catch (const Refusal&) {
    tell_refused(caller, "it may not call " + procedure_text(program().version, procedure));
    throw;
  }
}

void Gate::admit(std::uint32_t procedure, onc::xdr::BytesView arguments, const Caller& caller) {
  statistics_.called(program().version, procedure);
  if (rules_.called) rules_.called(who(caller), what(program(), procedure, arguments));
  if (!is_from_this_host(caller) && !rate_.take(caller.peer, std::chrono::steady_clock::now())) {
    tell_refused(caller, "it calls more than " + std::to_string(rules_.calls_per_second) + " times a second");
    if (caller.protocol == Protocol::udp) throw onc::rpc::NoReply{};
    throw Refusal{AuthStatus::failed};
  }
  // Whether we are there may be known, as rpcbind has it.
  const bool is_admitted =
      procedure == null || caller.protocol == Protocol::local || !rules_.admits || rules_.admits(caller.peer);
  if (is_admitted) return;
  tell_refused(caller, "hosts_access(5) keeps it out");
  throw Refusal{AuthStatus::too_weak};
}

void Gate::answer(std::uint32_t procedure, onc::xdr::Decoder& arguments, onc::xdr::Encoder& results,
                  const Caller& caller) {
  // Not even run: making thousands of entries into an answer that is then refused is what a forger would like, too.
  if (may_be_forged(caller) && tells_all(program(), procedure)) throw Refusal{AuthStatus::too_weak};
  const std::size_t before = results.size();
  face_.dispatch(procedure, arguments, results, caller);
  // A datagram is one call and its reply.
  const std::size_t question = arguments.offset();
  const std::size_t answer = reply_header + results.size() - before;
  if (may_be_forged(caller) && answer > std::max(question, one_address)) throw Refusal{AuthStatus::too_weak};
}

void Gate::tell_refused(const Caller& caller, const std::string& why) const {
  if (rules_.refused) rules_.refused(caller.peer.text(), why);
}

}  // namespace portmapper
