// idl/election.x, as a server is given it.
#pragma once

#include "services/election/node.h"

#include <functional>
#include <string>
#include <vector>

namespace services::elections {

class ElectionV1 : public election::ELECTION::v1::Server {
 public:
  // `node` must outlive it. `uris`: of the nodes, in the order of their ids. After each call, `happened` is told, so
  // that the node's timer is set anew.
  ElectionV1(Node& node, std::vector<std::string> uris, std::function<Moment()> now, std::function<void()> happened);

  election::Reply ELECT(election::Round round, const onc::rpc::Caller&) override;
  election::Reply COORDINATOR(election::Office office, const onc::rpc::Caller&) override;
  election::Reply VOTE(election::Office office, const onc::rpc::Caller&) override;
  election::Reply RENEW(election::Office office, const onc::rpc::Caller&) override;
  election::Reply HEARTBEAT(election::Office office, const onc::rpc::Caller&) override;
  election::Status STATUS(const onc::rpc::Caller&) override;
  election::Reply RESIGN(const onc::rpc::Caller&) override;

 private:
  election::Reply said(Call::Kind kind, const election::Office& office, std::vector<Id> collected = {});

  Node& node_;
  std::vector<std::string> uris_;
  std::function<Moment()> now_;
  std::function<void()> happened_;
};

}  // namespace services::elections
