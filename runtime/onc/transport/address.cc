#include <onc/rpc/error.h>
#include <onc/transport/address.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace onc::transport {
namespace {

template <class T>
T as(const sockaddr_storage& storage) {
  T address;
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

Address of(const auto& address, std::size_t size) {
  return {reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)};
}

bool parse_ip6(const std::string& text, sockaddr_in6& address) {
  const std::size_t percent = text.find('%');
  if (::inet_pton(AF_INET6, text.substr(0, percent).c_str(), &address.sin6_addr) != 1) return false;
  if (percent == std::string::npos) return true;
  address.sin6_scope_id = ::if_nametoindex(text.c_str() + percent + 1);
  return address.sin6_scope_id != 0;
}

}  // namespace

Address::Address(const sockaddr* address, socklen_t size) : size_(std::min(size, capacity())) {
  std::memcpy(&storage_, address, size_);
}

Address Address::ip(std::string_view ip, std::uint16_t port) {
  const std::string text(ip.substr(0, ip.find('\0')));
  if (text.size() != ip.size()) throw rpc::Error(rpc::errc::bad_endpoint, "an IP address has no NUL in it");
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) return of(v4, sizeof v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (parse_ip6(text, v6)) return of(v6, sizeof v6);
  throw rpc::Error(rpc::errc::bad_endpoint, "'" + text + "' is not an IP address");
}

Address Address::path(std::string_view path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof local.sun_path || path.find('\0') != path.npos)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "a local socket's path has 1 to 107 bytes, this one " + std::to_string(path.size()));
  std::memcpy(local.sun_path, path.data(), path.size());
  return of(local, offsetof(sockaddr_un, sun_path) + path.size() + 1);
}

bool Address::is_loopback() const {
  switch (family()) {
    case AF_UNIX: return true;
    case AF_INET: return ntohl(as<sockaddr_in>(storage_).sin_addr.s_addr) >> 24 == 127;
    case AF_INET6: {
      const auto v6 = as<sockaddr_in6>(storage_);
      return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    default: return false;
  }
}

bool Address::is_any() const {
  switch (family()) {
    case AF_INET: return as<sockaddr_in>(storage_).sin_addr.s_addr == INADDR_ANY;
    case AF_INET6: {
      const auto v6 = as<sockaddr_in6>(storage_);
      return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
    }
    default: return false;
  }
}

std::uint16_t Address::port() const {
  // Both families have it at the same place (RFC 3493 §3.3), but only the compiler may rely on that.
  switch (family()) {
    case AF_INET: return ntohs(as<sockaddr_in>(storage_).sin_port);
    case AF_INET6: return ntohs(as<sockaddr_in6>(storage_).sin6_port);
    default: return 0;
  }
}

Address Address::with_port(std::uint16_t port) const {
  switch (family()) {
    case AF_INET: {
      auto v4 = as<sockaddr_in>(storage_);
      v4.sin_port = htons(port);
      return of(v4, sizeof v4);
    }
    case AF_INET6: {
      auto v6 = as<sockaddr_in6>(storage_);
      v6.sin6_port = htons(port);
      return of(v6, sizeof v6);
    }
    default: return *this;
  }
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  switch (family()) {
    case AF_INET: {
      const auto v4 = as<sockaddr_in>(storage_);
      return ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    }
    case AF_INET6: {
      const auto v6 = as<sockaddr_in6>(storage_);
      std::string host = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      char interface[IF_NAMESIZE];
      if (v6.sin6_scope_id != 0 && ::if_indextoname(v6.sin6_scope_id, interface)) host += std::string("%") + interface;
      return host;
    }
    case AF_UNIX: {
      const auto local = as<sockaddr_un>(storage_);
      const std::size_t length = size_ - std::min<std::size_t>(size_, offsetof(sockaddr_un, sun_path));
      return {local.sun_path, ::strnlen(local.sun_path, length)};
    }
    default: return "";
  }
}

std::string Address::text() const {
  if (!is_ip()) return host();
  const std::string port_text = ":" + std::to_string(port());
  return family() == AF_INET6 ? "[" + host() + "]" + port_text : host() + port_text;
}

bool Address::operator==(const Address& other) const {
  if (family() != other.family()) return false;
  return family() == AF_UNIX ? host() == other.host() : text() == other.text();
}

Address local_address(int descriptor) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getsockname(descriptor, address.data(), &size) == 0) address.resize(size);
  return address;
}

}  // namespace onc::transport
