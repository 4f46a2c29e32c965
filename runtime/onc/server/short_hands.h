// AUTH_SHORT (RFC 5531 §8.2, appendix A): a caller that has shown who it says it is, by AUTH_SYS, may say it in 16
// bytes from then on.
#pragma once

#include <onc/auth/auth.h>
#include <onc/transport/address.h>

#include <array>
#include <list>
#include <map>
#include <string>

namespace onc::rpc {

// The short hands given out by one thread of a server, each of use to the host that got it only. Not for several
// threads at once.
class ShortHands {
 public:
  // Of more than `most`, the one used longest ago is forgotten: its caller is refused with AUTH_REJECTEDCRED, and shows
  // AUTH_SYS again. 0: none are given.
  explicit ShortHands(std::size_t most) : most_(most) {}

  bool is_off() const { return most_ == 0; }

  // The body of the verifier for a reply to who has called with this AUTH_SYS. Valid until the next call of this.
  xdr::BytesView give(const transport::Address& host, xdr::BytesView sys);
  // The AUTH_SYS it stands for; nothing where it is not known. Valid as above.
  std::optional<xdr::BytesView> find(const transport::Address& host, xdr::BytesView short_hand);

 private:
  struct Entry {
    std::string owner;  // host and AUTH_SYS
    std::size_t host_size;
    std::array<std::byte, 16> short_hand;
  };
  using Entries = std::list<Entry>;

  static std::array<std::byte, 16> any();
  Entries::iterator add(std::string owner, std::size_t host_size);

  std::size_t most_;
  Entries entries_;  // that used last comes first
  std::map<std::string, Entries::iterator> by_owner_;
  std::map<std::array<std::byte, 16>, Entries::iterator> by_short_hand_;
};

}  // namespace onc::rpc
