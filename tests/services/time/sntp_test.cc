#include "services/time/sntp.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

std::vector<std::byte> question(std::size_t size = 48, int version = 4, int mode = 3) {
  std::vector<std::byte> bytes(size);
  if (size > 0) bytes[0] = static_cast<std::byte>(version << 3 | mode);
  if (size > 2) bytes[2] = std::byte{6};
  for (std::size_t i = 40; i < 48 && i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

std::uint64_t number_at(const NtpPacket& packet, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | std::to_integer<std::uint64_t>(packet[at + i]);
  return number;
}

NtpPacket answered(Instant received, Instant now, Bound from_utc = std::nullopt) {
  return answer(question(), received, now, from_utc).value();
}

TEST(sntp, answers_a_client_with_what_it_said_and_when_that_came_and_went) {
  const NtpPacket packet = answered(noon, noon + 500ms);
  EXPECT_EQ(number_at(packet, 0, 1), 4u << 3 | 4u) << "no leap second, version 4, a server";
  EXPECT_EQ(number_at(packet, 2, 1), 6u);
  EXPECT_EQ(number_at(packet, 24, 8), 0x28292a2b2c2d2e2fu);
  // Seconds since 1900 (RFC 4330 §3).
  EXPECT_EQ(number_at(packet, 32, 4), 1795262400u + 2208988800u);
  EXPECT_EQ(number_at(packet, 36, 4), 0u);
  EXPECT_EQ(number_at(packet, 40, 8), std::uint64_t{1795262400u + 2208988800u} << 32 | 0x80000000u);
}

TEST(sntp, says_how_far_from_utc_it_may_be) {
  const NtpPacket known = answered(noon, noon, 1500ms);
  EXPECT_EQ(number_at(known, 1, 1), 3u);
  EXPECT_EQ(number_at(known, 8, 4), 0x00018000u);
  EXPECT_EQ(number_at(answered(noon, noon, 1ns), 8, 4), 1u) << "rounded up";
  EXPECT_EQ(number_at(answered(noon, noon, 24h * 365), 8, 4), 65535u << 16);
  const NtpPacket unknown = answered(noon, noon);
  EXPECT_EQ(number_at(unknown, 1, 1), 10u);
  EXPECT_EQ(number_at(unknown, 8, 4) >> 16, 15u);
}

TEST(sntp, goes_on_when_its_seconds_begin_at_0_again_in_2036) {
  const Instant last = std::chrono::sys_days(std::chrono::year(2036) / 2 / 7) + 6h + 28min + 15s;
  EXPECT_EQ(number_at(answered(last, last + 1s), 32, 4), 0xffffffffu);
  EXPECT_EQ(number_at(answered(last, last + 1s), 40, 4), 0u);
}

TEST(sntp, answers_each_version_as_it_asked) {
  for (int version = 0; version < 8; ++version) {
    const auto packet = answer(question(48, version), noon, noon, 1s);
    EXPECT_EQ(packet.has_value(), 1 <= version && version <= 4) << version;
    const auto told = packet ? number_at(*packet, 0, 1) >> 3 : static_cast<std::uint64_t>(version);
    EXPECT_EQ(told, static_cast<std::uint64_t>(version));
  }
}

TEST(sntp, answers_questions_only_or_two_servers_would_answer_each_other_for_ever) {
  for (int mode = 0; mode < 8; ++mode)
    EXPECT_EQ(answer(question(48, 4, mode), noon, noon, 1s).has_value(), mode == 3) << mode;
}

TEST(sntp, answers_no_shorter_question_than_its_answer_and_none_that_is_too_long) {
  for (std::size_t size = 0; size < 100; ++size)
    EXPECT_EQ(answer(question(size), noon, noon, 1s).has_value(), 48 <= size && size <= 72) << size;
}

}  // namespace
