#include "services/election/service.h"

namespace services::elections {

using election::Office;
using election::Reply;
using onc::rpc::Caller;

ElectionV1::ElectionV1(Node& node, std::vector<std::string> uris, std::function<Moment()> now,
                       std::function<void()> happened)
    : node_(node), uris_(std::move(uris)), now_(std::move(now)), happened_(std::move(happened)) {}

Reply ElectionV1::said(Call::Kind kind, const Office& office, std::vector<Id> collected) {
  Call call;
  call.kind = kind;
  call.office = office;
  call.collected = std::move(collected);
  const Reply reply = node_.on_call(call, now_());
  happened_();
  return reply;
}

Reply ElectionV1::ELECT(election::Round round, const Caller&) {
  const Office office{.sender = round.sender, .coordinator = nobody, .term = 0, .held = 0};
  return said(Call::Kind::elect, office, std::move(round.collected));
}

Reply ElectionV1::COORDINATOR(Office office, const Caller&) { return said(Call::Kind::coordinator, office); }
Reply ElectionV1::VOTE(Office office, const Caller&) { return said(Call::Kind::vote, office); }
Reply ElectionV1::RENEW(Office office, const Caller&) { return said(Call::Kind::renew, office); }
Reply ElectionV1::HEARTBEAT(Office office, const Caller&) { return said(Call::Kind::heartbeat, office); }

election::Status ElectionV1::STATUS(const Caller&) {
  election::Status status = node_.status(now_());
  for (std::size_t place = 0; place < status.peers.size(); ++place) status.peers[place].uri = uris_[place];
  return status;
}

Reply ElectionV1::RESIGN(const Caller&) {
  const Moment now = now_();
  const Answer answer = node_.resign(now);
  happened_();
  const election::Status status = node_.status(now);
  return {.answer = answer, .coordinator = status.coordinator, .term = status.term};
}

}  // namespace services::elections
