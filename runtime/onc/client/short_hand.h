// What a server lets its client say in place of AUTH_SYS (AUTH_SHORT, RFC 5531 §8.2 and appendix A).
#pragma once

#include <onc/auth/auth.h>
#include <onc/message/message.h>

#include <optional>

namespace onc::rpc {

class ShortHand {
 public:
  // Nothing where `full` is to be said in full.
  std::optional<Credential> of(const Credential& full) const;
  // From a reply to a call that said `sent`.
  void learn(const Credential& sent, const ReplyHeader& reply);
  // The server has forgotten it.
  void forget() { stands_for_.clear(); }

 private:
  xdr::Bytes stands_for_;  // an AUTH_SYS, which is never empty
  Credential short_hand_;
};

}  // namespace onc::rpc
