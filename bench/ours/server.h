// The service of peer.x on our server.
#pragma once

#include "peer.x.h"

#include <onc/server/server.h>

class PeerServer : public peer::PEER::PEER_V1::Server {
 public:
  void PNULL(const onc::rpc::Caller&) override {}
  std::int32_t ADD(peer::addargs args, const onc::rpc::Caller&) override { return args.a + args.b; }
  peer::rec ECHO(peer::rec rec, const onc::rpc::Caller&) override { return rec; }
  std::int32_t WRITE(peer::blob blob, const onc::rpc::Caller&) override {
    return static_cast<std::int32_t>(blob.size());
  }
  peer::blob READ(std::int32_t size, const onc::rpc::Caller&) override {
    return peer::blob(static_cast<std::size_t>(size), std::byte{7});
  }
  void ONEWAY(peer::addargs, const onc::rpc::Caller&) override {}
};

inline onc::rpc::ServiceOptions peer_options() { return {.one_way = {peer::PEER::PEER_V1::procedures::ONEWAY.number}}; }
