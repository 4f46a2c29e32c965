// Who may do what: rules by host and user, of which the first that fits decides.
#pragma once

#include <onc/server/service.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace services::files {

enum class Right { none, read, write };  // each includes those before it

class AccessRule {
 public:
  // WHO[,uid=UID]=RIGHT, where WHO is an IP address, a network (10.0.0.0/8), `local` for local sockets or `any`, and
  // RIGHT is none, read or write. Throws std::invalid_argument with one sentence that says what is wrong.
  static AccessRule parse(std::string_view text);

  bool fits(const onc::rpc::Caller& caller) const;
  Right right() const { return right_; }

 private:
  using Ip = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

  void set_network(const std::string& text);
  bool fits_host(const onc::transport::Address& host) const;

  enum class Who { any, local, network } who_ = Who::any;
  Ip network_{};
  unsigned bits_ = 0;  // of the network that count
  std::optional<std::uint32_t> uid_;
  Right right_ = Right::none;
};

class Access {
 public:
  // Without rules this host may write, by loopback addresses and local sockets, and nobody else anything.
  explicit Access(std::vector<AccessRule> rules = {}) : rules_(std::move(rules)) {}

  // Over a local socket a user is who the kernel says; else who the caller says (AUTH_SYS), which is worth as much as
  // its host.
  Right right_of(const onc::rpc::Caller& caller) const;

 private:
  std::vector<AccessRule> rules_;
};

}  // namespace services::files
