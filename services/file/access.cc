#include "services/file/access.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace services::files {

using onc::transport::Address;

namespace {

constexpr unsigned mapped_bits = 96;  // before an IPv4 address

template <class Number>
std::optional<Number> to_number(std::string_view text, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

template <class Ip>
Ip mapped(const void* ipv4) {
  Ip ip{};
  ip[10] = ip[11] = 0xff;
  std::memcpy(&ip[12], ipv4, 4);
  return ip;
}

Right to_right(std::string_view text) {
  if (text == "=none") return Right::none;
  if (text == "=read") return Right::read;
  if (text == "=write") return Right::write;
  throw std::invalid_argument("it does not end with =none, =read or =write");
}

std::uint32_t to_user(std::string_view text) {
  const auto uid =
      text.starts_with("uid=") ? to_number<std::uint32_t>(text.substr(4), ~std::uint32_t{0}) : std::nullopt;
  if (!uid) throw std::invalid_argument("'" + std::string(text) + "' is not uid= and a number");
  return *uid;
}

std::optional<std::uint32_t> user_of(const onc::rpc::Caller& caller) {
  if (caller.protocol == onc::transport::Protocol::local) return caller.peer_uid;
  return caller.sys ? std::optional(caller.sys->uid) : std::nullopt;
}

}  // namespace

void AccessRule::set_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string host = text.substr(0, slash);
  in_addr ipv4{};
  const bool is_ipv4 = ::inet_pton(AF_INET, host.c_str(), &ipv4) == 1;
  if (is_ipv4)
    network_ = mapped<Ip>(&ipv4);
  else if (::inet_pton(AF_INET6, host.c_str(), network_.data()) != 1)
    throw std::invalid_argument("'" + host + "' is no IP address");
  const unsigned most = is_ipv4 ? 32 : 128;
  const auto bits = slash == text.npos ? most : to_number<unsigned>(text.substr(slash + 1), most);
  if (!bits) throw std::invalid_argument("a network's length is a number up to " + std::to_string(most));
  bits_ = *bits + (is_ipv4 ? mapped_bits : 0);
}

AccessRule AccessRule::parse(std::string_view text) try {
  AccessRule rule;
  const std::size_t last = std::min(text.rfind('='), text.size());
  rule.right_ = to_right(text.substr(last));
  std::string_view who = text.substr(0, last);
  if (const std::size_t comma = who.find(','); comma != who.npos) {
    rule.uid_ = to_user(who.substr(comma + 1));
    who = who.substr(0, comma);
  }
  if (who == "any") return rule;
  rule.who_ = who == "local" ? Who::local : Who::network;
  if (rule.who_ == Who::network) rule.set_network(std::string(who));
  return rule;
} catch (const std::invalid_argument& error) {
  throw std::invalid_argument("'" + std::string(text) + "' is no rule, for " + error.what() +
                              ": write it as 10.0.0.0/8=read, 127.0.0.1,uid=1000=write, local=write or any=none");
}

bool AccessRule::fits_host(const Address& host) const {
  Ip ip{};
  if (host.family() == AF_INET)
    ip = mapped<Ip>(&reinterpret_cast<const sockaddr_in*>(host.data())->sin_addr);
  else
    std::memcpy(ip.data(), &reinterpret_cast<const sockaddr_in6*>(host.data())->sin6_addr, ip.size());
  // Who writes ::/0 means IPv6, of which mapped IPv4 addresses are but a form.
  if (bits_ < mapped_bits && std::equal(ip.begin(), ip.begin() + 12, mapped<Ip>("\0\0\0").begin())) return false;
  for (unsigned bit = 0; bit < bits_; ++bit)
    if (((ip[bit / 8] ^ network_[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
  return true;
}

bool AccessRule::fits(const onc::rpc::Caller& caller) const {
  const bool is_local = caller.protocol == onc::transport::Protocol::local;
  if (who_ == Who::local && !is_local) return false;
  if (who_ == Who::network && (is_local || !caller.peer.is_ip() || !fits_host(caller.peer))) return false;
  return !uid_ || user_of(caller) == uid_;
}

Right Access::right_of(const onc::rpc::Caller& caller) const {
  for (const AccessRule& rule : rules_)
    if (rule.fits(caller)) return rule.right();
  const bool is_here = caller.protocol == onc::transport::Protocol::local || caller.peer.is_loopback();
  return rules_.empty() && is_here ? Right::write : Right::none;
}

}  // namespace services::files
