// Which of its host's addresses a datagram was sent to: its reply must leave from there, also on a host with several
// addresses, or its asker will not take it.
#pragma once

#include <onc/transport/address.h>

#include <array>
#include <cstddef>

#include <sys/socket.h>

namespace onc::transport {

// What travels beside a datagram.
struct alignas(cmsghdr) Control : std::array<std::byte, 64> {};

// Makes the kernel say it of each datagram that the socket receives.
void ask_for_local_address(int descriptor, sa_family_t family);
// What it said, or the address the socket is bound to.
Address local_of(msghdr& message, const Address& bound);
// Turns what it said of the request into what chooses the reply's source.
void choose_source(msghdr& message);

}  // namespace onc::transport
