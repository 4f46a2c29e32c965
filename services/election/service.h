// idl/election.x, as a server is given it.
#pragma once

#include "services/election/elector.h"

#include <vector>

namespace services::elections {

class ElectionV1 : public election::ELECTION::v1::Server {
 public:
  // `elector` must outlive it.
  explicit ElectionV1(Elector& elector) : elector_(elector) {}

  election::Reply ELECT(election::Round round, const onc::rpc::Caller&) override;
  election::Reply COORDINATOR(election::Office office, const onc::rpc::Caller&) override;
  election::Reply VOTE(election::Office office, const onc::rpc::Caller&) override;
  election::Reply RENEW(election::Office office, const onc::rpc::Caller&) override;
  election::Reply HEARTBEAT(election::Office office, const onc::rpc::Caller&) override;
  election::Status STATUS(const onc::rpc::Caller&) override;
  election::Reply RESIGN(const onc::rpc::Caller&) override;

 private:
  election::Reply said(Call::Kind kind, const election::Office& office, std::vector<Id> collected = {});

  Elector& elector_;
};

}  // namespace services::elections
