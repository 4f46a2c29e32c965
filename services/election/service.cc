#include "services/election/service.h"

namespace services::elections {

using election::Office;
using election::Reply;
using onc::rpc::Caller;

Reply ElectionV1::said(Call::Kind kind, const Office& office, std::vector<Id> collected) {
  Call call;
  call.kind = kind;
  call.office = office;
  call.collected = std::move(collected);
  return elector_.on_call(call);
}

Reply ElectionV1::ELECT(election::Round round, const Caller&) {
  const Office office{.sender = round.sender, .coordinator = nobody, .term = 0, .held = 0};
  return said(Call::Kind::elect, office, std::move(round.collected));
}

Reply ElectionV1::COORDINATOR(Office office, const Caller&) { return said(Call::Kind::coordinator, office); }
Reply ElectionV1::VOTE(Office office, const Caller&) { return said(Call::Kind::vote, office); }
Reply ElectionV1::RENEW(Office office, const Caller&) { return said(Call::Kind::renew, office); }
Reply ElectionV1::HEARTBEAT(Office office, const Caller&) { return said(Call::Kind::heartbeat, office); }

election::Status ElectionV1::STATUS(const Caller&) { return elector_.status(); }
Reply ElectionV1::RESIGN(const Caller&) { return elector_.resign(); }

}  // namespace services::elections
