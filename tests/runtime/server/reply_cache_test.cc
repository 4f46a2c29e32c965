// What is remembered, for whom, for how long and in how much memory.
#include <onc/server/reply_cache.h>

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/runtime/hex.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using rpc::ReplyCache;
using transport::Address;

constexpr const char* is_new = "new";
constexpr const char* silence = "";
constexpr const char* running = "running";
constexpr const char* lost = "lost";

class Remembering : public testing::Test {
 protected:
  // Room for so many entries without a reply; an eighth of them for each host.
  static constexpr std::size_t entries = 80;

  ReplyCache::Call call(const std::string& message, const Address& from) const {
    return cache_.identify(from, from_hex(message));
  }
  std::string found(const ReplyCache::Call& call) {
    using State = ReplyCache::First::State;
    const auto first = cache_.find(call, now_);
    if (!first) return is_new;
    if (first->state == State::running) return running;
    return first->state == State::answered ? to_hex(first->reply) : lost;
  }
  void finish(const ReplyCache::Call& call, const std::string& reply) { cache_.finish(call, from_hex(reply), now_); }
  static std::string number(std::uint32_t i) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", i);
    return text;
  }

  ReplyCache cache_{{.bytes = entries * ReplyCache::entry_cost, .age = 120s}};
  transport::TimePoint now_{};
  const Address peer_ = Address::ip("192.0.2.1", 700);
};

TEST_F(Remembering, a_repeat_gets_the_first_reply) {
  EXPECT_EQ(found(call("00000007", peer_)), is_new);
  finish(call("00000007", peer_), "00000007 00000001");
  EXPECT_EQ(found(call("00000007", peer_)), "00000007 00000001");
  EXPECT_EQ(found(call("00000007", peer_)), "00000007 00000001") << "however often";
}

TEST_F(Remembering, whatever_differs_is_another_call) {
  finish(call("00000007 00000000", peer_), "00000001");
  for (const char* message : {"00000008 00000000", "00000007 00000001", "00000007", "00000007 00000000 00000000", ""})
    EXPECT_EQ(found(call(message, peer_)), is_new) << message;
  for (const Address& from : {Address::ip("192.0.2.1", 701), Address::ip("192.0.2.2", 700),
                              Address::ip("::ffff:192.0.2.1", 700), Address::ip("c000:201::", 700)})
    EXPECT_EQ(found(call("00000007 00000000", from)), is_new) << from.text();
}

TEST_F(Remembering, a_call_that_was_answered_with_silence_is_again) {
  finish(call("00000007", peer_), "");
  EXPECT_EQ(found(call("00000007", peer_)), silence);
}

TEST_F(Remembering, a_running_call_is_known_however_long_it_runs) {
  cache_.begin(call("00000007", peer_));
  now_ += 1h;
  EXPECT_EQ(found(call("00000007", peer_)), running);
  EXPECT_EQ(found(call("00000008", peer_)), is_new);
  finish(call("00000007", peer_), "00000007 00000001");
  EXPECT_EQ(found(call("00000007", peer_)), "00000007 00000001");
}

TEST_F(Remembering, a_call_that_did_not_finish_is_new) {
  cache_.begin(call("00000007", peer_));
  cache_.forget(call("00000007", peer_));
  EXPECT_EQ(found(call("00000007", peer_)), is_new);
}

TEST_F(Remembering, forgets_with_age) {
  finish(call("00000007", peer_), "00000001");
  now_ += 119s;
  finish(call("00000008", peer_), "00000002");
  EXPECT_EQ(found(call("00000007", peer_)), "00000001");
  now_ += 1s;
  EXPECT_EQ(found(call("00000007", peer_)), is_new);
  EXPECT_EQ(found(call("00000008", peer_)), "00000002");
  now_ += 119s;
  EXPECT_EQ(found(call("00000008", peer_)), is_new);
  EXPECT_EQ(cache_.bytes(), 0U);
}

TEST_F(Remembering, forgets_many_little_by_little) {
  std::vector<ReplyCache::Call> calls;
  for (std::uint32_t i = 0; i < entries; ++i) {
    calls.push_back(call(number(i), Address::ip("192.0.2." + std::to_string(i % 8), 700)));
    finish(calls.back(), "");
  }
  now_ += 120s;
  const ReplyCache::Call again = calls[entries - 10];
  EXPECT_EQ(found(again), is_new);
  EXPECT_NE(cache_.bytes(), 0U);
  cache_.finish(again, {}, now_);
  for (const auto& old : calls) EXPECT_EQ(found(old), old == again ? silence : is_new);
  EXPECT_EQ(cache_.bytes(), ReplyCache::entry_cost);
}

TEST_F(Remembering, may_be_told_never_to_forget) {
  cache_ = ReplyCache({.bytes = 1 << 20, .age = std::chrono::seconds::max()});
  finish(call("00000007", peer_), "00000001");
  now_ += 24h * 365 * 100;
  EXPECT_EQ(found(call("00000007", peer_)), "00000001");
}

TEST_F(Remembering, replaces_what_it_forgot) {
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(found(call("00000007", peer_)), is_new);
    finish(call("00000007", peer_), number(static_cast<std::uint32_t>(times)));
    EXPECT_EQ(found(call("00000007", peer_)), number(static_cast<std::uint32_t>(times)));
    now_ += 120s;
  }
}

TEST_F(Remembering, has_only_so_many_bytes_and_the_oldest_go_first) {
  std::vector<ReplyCache::Call> calls;
  for (std::uint32_t i = 0; i < 10 * entries; ++i) {
    calls.push_back(call(number(i), Address::ip("192.0.2." + std::to_string(i % 200), 700)));
    cache_.finish(calls.back(), xdr::Bytes(i % 5), now_);
    ASSERT_LE(cache_.bytes(), entries * ReplyCache::entry_cost);
  }
  std::size_t known = 0;
  while (known < calls.size() && found(calls[calls.size() - 1 - known]) != is_new) ++known;
  EXPECT_GE(known, entries - 2);
  EXPECT_LE(known, entries);
  for (std::size_t i = 0; i + known < calls.size(); ++i) EXPECT_EQ(found(calls[i]), is_new) << i;
}

TEST_F(Remembering, a_host_pushes_out_only_its_own) {
  const Address neighbour = Address::ip("192.0.2.2", 700);
  finish(call("00000001", neighbour), "00000001");
  for (std::uint32_t i = 0; i < 100 * entries; ++i) {
    const Address from = peer_.with_port(static_cast<std::uint16_t>(i));
    finish(call(number(i), from), number(i));
    ASSERT_EQ(found(call(number(i), from)), number(i));
  }
  EXPECT_EQ(found(call("00000001", neighbour)), "00000001");
  EXPECT_LE(cache_.bytes(), (entries / 8 + 1) * (ReplyCache::entry_cost + 4));
}

TEST_F(Remembering, of_one_host_the_oldest_go_first) {
  constexpr std::uint32_t share = entries / 8;
  for (std::uint32_t i = 0; i <= share; ++i) finish(call(number(i), peer_), "");
  EXPECT_EQ(found(call(number(0), peer_)), is_new);
  for (std::uint32_t i = 1; i <= share; ++i) EXPECT_EQ(found(call(number(i), peer_)), silence) << i;
}

TEST_F(Remembering, one_long_reply_makes_room_for_itself) {
  constexpr std::uint32_t share = entries / 8;
  for (std::uint32_t i = 0; i < share; ++i) finish(call(number(i), peer_), "");
  cache_.finish(call("00000064", peer_), xdr::Bytes((share - 1) * ReplyCache::entry_cost), now_);
  EXPECT_EQ(found(call("00000064", peer_)).size(), to_hex(xdr::Bytes((share - 1) * ReplyCache::entry_cost)).size());
  EXPECT_EQ(found(call(number(share - 1), peer_)), is_new);
}

// That it ran is known all the same.
TEST_F(Remembering, of_a_reply_over_a_hosts_share_the_bytes_are_not_kept) {
  finish(call("00000001", peer_), "00000001");
  cache_.finish(call("00000002", peer_), xdr::Bytes(entries / 8 * ReplyCache::entry_cost), now_);
  EXPECT_EQ(found(call("00000002", peer_)), lost);
  EXPECT_EQ(found(call("00000001", peer_)), "00000001") << "it pushed others out";
}

TEST_F(Remembering, without_room_for_one_it_is_off) {
  EXPECT_FALSE(cache_.is_off());
  for (const std::size_t bytes : {std::size_t{0}, 8 * ReplyCache::entry_cost - 8}) {
    EXPECT_TRUE(ReplyCache({.bytes = bytes, .age = 120s}).is_off()) << bytes;
  }
}

}  // namespace
