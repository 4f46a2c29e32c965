// What a server lets its client say in place of AUTH_SYS (AUTH_SHORT, RFC 5531 §8.2 and appendix A).
#pragma once

#include <onc/auth/auth.h>
#include <onc/message/message.h>

#include <memory>
#include <optional>

namespace onc::rpc {

class ShortHand {
 public:
  // Nothing where `full` is to be said in full.
  std::optional<Credential> of(const Credential& full) const;
  // It is what would be said now.
  bool is(const Credential& short_hand) const {
    return !stands_for_.empty() && short_hand_.body() == short_hand.body();
  }
  // From a reply to a call that said `sent`, or the short hand for it: another one, or that the server has forgotten it
  // (AUTH_REJECTEDCRED).
  void learn(const Credential& sent, const ReplyHeader& reply);

 private:
  xdr::Bytes stands_for_;  // an AUTH_SYS, which is never empty
  Credential short_hand_;
};

// Who calls, by AUTH_SYS: what a coroutine's call remembers of it.
struct SysCaller {
  Credential in_full;
  std::optional<Credential> in_short;  // what stands for it in the message
  std::shared_ptr<ShortHand> known;    // to the client's calls
};

}  // namespace onc::rpc
