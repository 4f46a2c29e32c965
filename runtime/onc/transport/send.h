// One system call that sends a message, also where it lies in pieces.
#pragma once

#include <onc/xdr/encoder.h>

#include <sys/types.h>

namespace onc::transport {

// Opaques of at least so many bytes are sent from where they lie.
inline constexpr std::size_t sent_in_place = std::size_t{64} << 10;

// What of the message follows its first `sent` bytes; as send(2), with MSG_NOSIGNAL.
ssize_t send_rest(int descriptor, const xdr::Encoder& message, std::size_t sent);

}  // namespace onc::transport
