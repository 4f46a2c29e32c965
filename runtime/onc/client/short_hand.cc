#include <onc/client/short_hand.h>

namespace onc::rpc {

std::optional<Credential> ShortHand::of(const Credential& full) const {
  if (stands_for_.empty() || full.flavor() != auth_flavor::sys || full.body() != stands_for_) return std::nullopt;
  return short_hand_;
}

void ShortHand::learn(const Credential& sent, const ReplyHeader& reply) {
  if (reply.failure == errc::authentication_error &&
      reply.why_refused == static_cast<std::int32_t>(AuthStatus::rejected_credential))
    stands_for_.clear();
  if (sent.flavor() != auth_flavor::sys || reply.verifier_flavor != auth_flavor::short_hand) return;
  stands_for_ = sent.body();
  short_hand_ = Credential::short_hand(reply.verifier);
}

}  // namespace onc::rpc
