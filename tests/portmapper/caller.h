// Calls the portmapper's faces as a peer would, with the bytes of real messages but no sockets.
#pragma once

#include "portmapper/portmapper.h"

#include <onc/message/message.h>
#include <onc/server/dispatcher.h>

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace portmapper::test {

using onc::rpc::AuthStatus;
using onc::rpc::errc;
using onc::transport::Address;
using onc::transport::Protocol;
using onc::xdr::Decoder;
using onc::xdr::Encoder;

// Who calls, from where.
struct From {
  Protocol protocol = Protocol::tcp;
  Address peer = Address::ip("127.0.0.1", 50'000);
  Address local = Address::ip("127.0.0.1", 111);
  std::optional<uid_t> uid = {};
};

inline From over_tcp(const std::string& peer, std::uint16_t port, const std::string& local) {
  return {Protocol::tcp, Address::ip(peer, port), Address::ip(local, 111)};
}
inline From over_udp(const std::string& peer, std::uint16_t port, const std::string& local) {
  return {Protocol::udp, Address::ip(peer, port), Address::ip(local, 111)};
}
// As accept() has it, the other end has no path.
inline From over_local(std::optional<uid_t> uid) {
  const sockaddr unnamed{AF_UNIX, {}};
  return {Protocol::local, Address(&unnamed, sizeof unnamed.sa_family), Address::path("/run/rpcbind.sock"), uid};
}
inline From root() { return over_local(0); }

struct Reply {
  onc::xdr::Bytes bytes;  // empty: silence
  std::optional<errc> failure;
  int why_refused = 0;
  onc::rpc::VersionRange versions;
  std::size_t results = 0;  // where they begin

  Decoder decoder() const { return Decoder(onc::xdr::BytesView(bytes).subspan(results)); }
  bool silent() const { return bytes.empty(); }
};

class Portmapping : public testing::Test {
 protected:
  explicit Portmapping(Rules rules = {}) : portmapper_(std::move(rules)) {
    for (Gate* gate : portmapper_.gates()) dispatcher_.add(*gate);
  }

  using Arguments = std::function<void(Encoder&)>;

  static onc::xdr::Bytes message(std::uint32_t version, std::uint32_t procedure, const Arguments& arguments) {
    Encoder out;
    const onc::rpc::Program program{own_program, version, "", ""};
    onc::rpc::encode_call(out, 7, {program, procedure, ""}, onc::rpc::Credential::none());
    arguments(out);
    return onc::xdr::to_bytes(out.bytes());
  }

  Reply send(onc::xdr::BytesView bytes, const From& from) {
    Encoder out;
    const onc::transport::Arrival arrival{from.protocol, from.peer, from.local, from.uid, 1U << 20};
    dispatcher_.answer(bytes, arrival, out);
    Reply reply{onc::xdr::to_bytes(out.bytes()), {}, 0, {}, 0};
    if (reply.silent()) return reply;
    Decoder in(reply.bytes);
    const auto header = onc::rpc::decode_reply(in);
    reply.failure = header.failure;
    reply.why_refused = header.why_refused;
    reply.versions = header.versions;
    reply.results = in.offset();
    return reply;
  }

  Reply call(
      std::uint32_t version, std::uint32_t procedure, const From& from, const Arguments& arguments = [](Encoder&) {}) {
    return send(message(version, procedure, arguments), from);
  }

  // Versions 3 and 4.
  static Arguments arguments_of(const onc::rpcbind::rpcb& map) {
    return [map](Encoder& out) { encode(out, map); };
  }
  bool set(std::uint32_t version, const onc::rpcbind::rpcb& map, const From& from = root()) {
    return call(version, 1, from, arguments_of(map)).decoder().boolean();
  }
  bool unset(std::uint32_t version, const onc::rpcbind::rpcb& map, const From& from = root()) {
    return call(version, 2, from, arguments_of(map)).decoder().boolean();
  }
  std::string address(std::uint32_t version, std::uint32_t procedure, const onc::rpcbind::rpcb& map, const From& from) {
    std::string text;
    call(version, procedure, from, arguments_of(map)).decoder().string(text, onc::xdr::unbounded);
    return text;
  }

  // Version 2.
  static Arguments arguments_of(const onc::portmap::mapping& map) {
    return [map](Encoder& out) { encode(out, map); };
  }
  bool set_port(const onc::portmap::mapping& map, const From& from = root()) {
    return call(2, 1, from, arguments_of(map)).decoder().boolean();
  }
  bool unset_port(const onc::portmap::mapping& map, const From& from = root()) {
    return call(2, 2, from, arguments_of(map)).decoder().boolean();
  }
  std::uint32_t port(const onc::portmap::mapping& map, const From& from = From()) {
    return call(2, 3, from, arguments_of(map)).decoder().u32();
  }

  // The table, as "program version netid address owner".
  std::vector<std::string> table() {
    std::vector<std::string> lines;
    for (const auto& [number, entry] : portmapper_.registry().entries())
      lines.push_back(std::to_string(entry.program) + " " + std::to_string(entry.version) + " " + entry.netid + " " +
                      entry.address + " " + entry.owner);
    return lines;
  }

  Portmapper portmapper_;
  onc::rpc::Dispatcher dispatcher_;
};

using Table = std::vector<std::string>;

}  // namespace portmapper::test
