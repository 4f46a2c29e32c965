// The server's side of SNTP (RFC 4330), without sockets: so that what asks NTP servers can ask ours.
#pragma once

#include "services/time/instant.h"

#include <onc/xdr/bytes.h>

#include <array>

namespace services::time {

using NtpPacket = std::array<std::byte, 48>;

// The answer to a client's question; nothing for what is none: of another mode or version, of another size than 48
// bytes with or without a digest after them. `received` and `now` are the clock's, as the question came and as the
// answer is sent. Where nobody knows how far that is from UTC, stratum and dispersion say that it is not to be had from
// here: the former is that of a clock nobody keeps, 10.
std::optional<NtpPacket> answer(onc::xdr::BytesView question, Instant received, Instant now, Bound from_utc);

}  // namespace services::time
