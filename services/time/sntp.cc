#include "services/time/sntp.h"

#include <algorithm>

namespace services::time {

namespace {

using std::chrono::seconds;

// Where what stands in a packet (RFC 4330 §4).
constexpr std::size_t stratum_at = 1;
constexpr std::size_t poll_at = 2;
constexpr std::size_t precision_at = 3;
constexpr std::size_t dispersion_at = 8;
constexpr std::size_t reference_id_at = 12;
constexpr std::size_t reference_at = 16;
constexpr std::size_t originate_at = 24;
constexpr std::size_t receive_at = 32;
constexpr std::size_t transmit_at = 40;

constexpr std::size_t longest_digest = 24;  // a key's number and SHA-1 (RFC 5905 §7.3)
constexpr std::uint8_t client_mode = 3;
constexpr std::uint8_t server_mode = 4;

// The machine's clock is kept by something that has it from a server.
constexpr std::uint8_t kept_stratum = 3;
constexpr std::uint8_t unkept_stratum = 10;
// Just less than MAXDISP (RFC 5905 §7.2), which would say that there is no clock at all.
constexpr Span unknown_dispersion = std::chrono::milliseconds(15'999);
constexpr std::byte precision{0xec};  // -20: 2^-20 s, a microsecond

// Seconds from 1900 to 1970 (RFC 4330 §3).
constexpr std::uint64_t ntp_epoch = 2'208'988'800;

void put(NtpPacket& packet, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) packet[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

// Those after 2036 begin at 0 again, as NTP's eras do.
void put(NtpPacket& packet, std::size_t at, Instant instant) {
  const auto second = std::chrono::floor<seconds>(instant);
  const auto rest = static_cast<std::uint64_t>((instant - second).count());
  put(packet, at,
      static_cast<std::uint32_t>(static_cast<std::uint64_t>(second.time_since_epoch().count()) + ntp_epoch));
  put(packet, at + 4, static_cast<std::uint32_t>((rest << 32) / 1'000'000'000));
}

// 16 bits of seconds and 16 of a fraction, rounded up.
std::uint32_t to_short(Span span) {
  constexpr Span most = seconds(65535);
  const auto nanoseconds = static_cast<std::uint64_t>(std::min(span, most).count());
  return static_cast<std::uint32_t>(((nanoseconds << 16) + 999'999'999) / 1'000'000'000);
}

}  // namespace

std::optional<NtpPacket> answer(onc::xdr::BytesView question, Instant received, Instant now, Bound from_utc) {
  NtpPacket packet{};
  if (question.size() < packet.size() || question.size() > packet.size() + longest_digest) return std::nullopt;
  const auto first = std::to_integer<std::uint8_t>(question[0]);
  const int version = first >> 3 & 7;
  if ((first & 7) != client_mode || version < 1 || version > 4) return std::nullopt;
  packet[0] = static_cast<std::byte>(version << 3 | server_mode);
  packet[stratum_at] = std::byte{from_utc ? kept_stratum : unkept_stratum};
  packet[poll_at] = question[poll_at];
  packet[precision_at] = precision;
  put(packet, dispersion_at, to_short(from_utc.value_or(unknown_dispersion)));
  put(packet, reference_id_at, 0x7f7f0100);  // 127.127.1.0, the machine's clock
  put(packet, reference_at, now);
  std::copy_n(question.begin() + transmit_at, 8, packet.begin() + originate_at);
  put(packet, receive_at, received);
  put(packet, transmit_at, now);
  return packet;
}

}  // namespace services::time
