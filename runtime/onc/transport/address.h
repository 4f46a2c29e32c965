// Socket addresses: IPv4, IPv6 and local paths. Knows no RPC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace onc::transport {

enum class Protocol { tcp, udp, local };

// What a client's socket is bound to.
enum class SourcePort { any, reserved };  // reserved: from 512 to 1023, which takes root

// A sockaddr that owns its bytes. A default one is unspecified: family AF_UNSPEC.
class Address {
 public:
  Address() = default;
  Address(const sockaddr* address, socklen_t size);
  // `ip`: a numeric IPv4 or IPv6 address, the latter with %scope if need be. Throws rpc::Error(bad_endpoint).
  static Address ip(std::string_view ip, std::uint16_t port);
  // At most 107 bytes, what a sockaddr_un holds. Throws rpc::Error(bad_endpoint).
  static Address path(std::string_view path);

  sa_family_t family() const { return storage_.ss_family; }
  bool is_ip() const { return family() == AF_INET || family() == AF_INET6; }
  bool is_loopback() const;  // 127.0.0.0/8, ::1, and every local path
  bool is_any() const;       // 0.0.0.0 or ::

  std::uint16_t port() const;  // 0 for a local path
  Address with_port(std::uint16_t port) const;
  std::string host() const;  // numeric; the path of a local address

  // "127.0.0.1:80", "[::1]:80" or "/run/x.sock".
  std::string text() const;

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  void resize(socklen_t size) { size_ = size; }
  static constexpr socklen_t capacity() { return sizeof(sockaddr_storage); }

  bool operator==(const Address& other) const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// What a socket is bound to.
Address local_address(int descriptor);

}  // namespace onc::transport
