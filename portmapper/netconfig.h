// The transports a server can be registered on, as /etc/netconfig describes them (RFC 1833 §2.1, RFC 5665 §5.1).
#pragma once

#include <onc/transport/address.h>
#include <onc/xdr/bytes.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace portmapper {

struct Netconfig {
  std::string_view netid;
  std::uint32_t semantics;  // NC_TPI_CLTS 1, NC_TPI_COTS_ORD 3
  std::string_view protocol_family;
  std::string_view protocol;
};

// Nothing for a netid that is not one of ours.
const Netconfig* find_netconfig(std::string_view netid);

// What a server may be registered at: a universal address with a port, or the absolute path of a local socket.
// The text comes from a stranger and is shown on terminals: it holds no control characters.
bool is_address_of(std::string_view netid, std::string_view universal_address);

// `registered`, or where that means all interfaces, the one whose address the caller `used`.
std::string merge_address(std::string_view netid, const std::string& registered, const onc::transport::Address& used);

// A sockaddr as its host lays it out, which is what RPCBPROC_UADDR2TADDR calls a transport address. The bytes come
// from a stranger: nothing of them but their family and size is taken on trust. Empty for what is no address.
std::string to_universal(onc::xdr::BytesView sockaddr_bytes);
onc::xdr::Bytes to_sockaddr(std::string_view netid, std::string_view universal_address);

}  // namespace portmapper
