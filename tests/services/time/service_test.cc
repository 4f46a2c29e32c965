#include "services/time/service.h"

#include "services/time/calendar.h"

#include <onc/rpc/error.h>
#include <onc/server/in_memory.h>

#include <gtest/gtest.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;
using time_::Answer;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

// Both versions, and a client of each, on a clock that the test turns.
struct Served {
  Served() {
    network.add(first);
    network.add(second);
  }

  Instant raw = noon;
  Keeper keeper{DisciplinedClock([this] { return raw; }), [](Span) { return Bound(); }};
  LamportClock lamport;
  TimeV1 first{keeper};
  TimeV2 second{keeper, lamport};
  onc::rpc::InMemory network;
  time_::TIME::v1::Client v1{network.connect()};
  time_::TIME::v2::Client v2{network.connect()};
  time_::TIME::v2::Client coordinator{
      network.connect(onc::transport::Protocol::udp, onc::transport::Address::ip("10.0.0.7", 40000))};

  // As the coordinator at 10.0.0.7 would measure it.
  time_::Correction correction(Span by) {
    const auto now = coordinator.EXCHANGE(0);
    return {by.count(), 1000, now.transmitted, now.setting, 5, 1};
  }
};

TEST(time_v1, tells_the_machines_time_until_it_is_set) {
  Served served;
  served.raw = noon + 34min + 56s + 999ms;
  EXPECT_EQ(to_text(served.v1.GETTIME()), "2026-11-21 12:34:56 UTC");
  served.raw += 24h;
  EXPECT_EQ(to_text(served.v1.GETTIME()), "2026-11-22 12:34:56 UTC");
}

TEST(time_v1, runs_on_from_what_it_was_set_to) {
  Served served;
  ASSERT_EQ(served.v1.SETTIME(*from_text("1999-12-31 23:59:59")), 0);
  EXPECT_EQ(to_text(served.v1.GETTIME()), "1999-12-31 23:59:59 UTC");
  served.raw += 1s;
  EXPECT_EQ(to_text(served.v1.GETTIME()), "2000-01-01 00:00:00 UTC");
}

TEST(time_v1, is_not_set_to_times_that_do_not_exist) {
  Served served;
  for (const char* text : {"1969-12-31 23:59:59", "2201-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59"})
    EXPECT_EQ(served.v1.SETTIME(*from_text(text)), 1) << text;
  time_::Time bad = *from_text("2026-02-28 23:59:59");
  bad.day = 29;
  EXPECT_EQ(served.v1.SETTIME(bad), 1);
  EXPECT_EQ(to_text(served.v1.GETTIME()), "2026-11-21 12:00:00 UTC");
}

TEST(time_v2, is_the_same_clock_to_the_nanosecond) {
  Served served;
  ASSERT_EQ(served.v2.SETTIME(to_wire(noon + 1h + 7ns)), Answer::DONE);
  EXPECT_EQ(served.v2.GETTIME().now, to_wire(noon + 1h + 7ns));
  EXPECT_EQ(to_text(served.v1.GETTIME()), "2026-11-21 13:00:00 UTC");
  EXPECT_EQ(served.v2.SETTIME(-1), Answer::NO_SUCH_TIME);
}

TEST(time_v2, answers_an_exchange_with_what_the_client_said_and_its_own_times) {
  Served served;
  const auto exchange = served.v2.EXCHANGE(42);
  EXPECT_EQ(exchange.originated, 42);
  EXPECT_EQ(exchange.received, to_wire(noon));
  EXPECT_EQ(exchange.transmitted, to_wire(noon));
  EXPECT_EQ(exchange.slewing, 0);
}

TEST(time_v2, is_corrected_by_nobody_but_its_coordinator) {
  Served served;
  EXPECT_EQ(served.v2.CORRECT(served.correction(1s)), Answer::DENIED);
  served.second.corrected_by([](const onc::rpc::Caller& caller) { return caller.peer.host() == "10.0.0.7"; });
  EXPECT_EQ(served.v2.CORRECT(served.correction(1s)), Answer::DENIED);
  EXPECT_EQ(served.v2.STATUS().slewing, 0);
  EXPECT_EQ(served.coordinator.CORRECT(served.correction(1s)), Answer::DONE);
  EXPECT_EQ(served.v2.STATUS().slewing, 1'000'000'000);
  EXPECT_EQ(served.v2.STATUS().reading.bounds.round, 1u);
}

TEST(time_v2, tells_what_a_correction_must_hold_to_its_coordinator_only) {
  Served served;
  EXPECT_EQ(served.coordinator.EXCHANGE(0).setting, 0u) << "nobody may correct it";
  served.second.corrected_by([](const onc::rpc::Caller& caller) { return caller.peer.host() == "10.0.0.7"; });
  EXPECT_EQ(served.v2.EXCHANGE(0).setting, 0u);
  EXPECT_EQ(served.coordinator.EXCHANGE(0).setting, served.keeper.setting());
  auto forged = served.correction(1s);
  forged.setting = 0;
  EXPECT_EQ(served.coordinator.CORRECT(forged), Answer::TOO_LATE);
}

TEST(time_v2, stamps_what_happens) {
  Served served;
  EXPECT_EQ(served.v2.TICK().stamp(), 1u);
  EXPECT_EQ(served.v2.OBSERVE(99).stamp(), 100u);
  EXPECT_EQ(served.v2.TICK().stamp(), 101u);
  EXPECT_EQ(served.v2.OBSERVE(~0ull).answer(), Answer::TOO_FAR);
}

TEST(time_v2, makes_so_many_jumps_last_a_second_and_no_more) {
  Served served;
  int reserved = 0;
  LamportClock lasting(0, [&](LamportClock::Stamp) { ++reserved; });
  std::chrono::steady_clock::time_point now{1h};
  TimeV2 service(served.keeper, lasting, [&] { return now; });
  onc::rpc::InMemory network;
  network.add(service);
  time_::TIME::v2::Client client(network.connect());
  LamportClock::Stamp last = client.TICK().stamp();
  const auto jump = [&] {
    const auto stamped = client.OBSERVE(last + 2 * LamportClock::block);
    if (stamped.answer() == Answer::DONE) last = stamped.stamp();
    return stamped.answer();
  };
  for (int second = 0; second < 3; ++second, now += 1s) {
    for (int i = 0; i < TimeV2::most_jumps; ++i) EXPECT_EQ(jump(), Answer::DONE);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(jump(), Answer::TOO_FAR);
    EXPECT_EQ(client.OBSERVE(last + 1).stamp(), last + 2) << "what needs no disk is no jump";
    last += 2;
  }
  EXPECT_EQ(reserved, 1 + 3 * TimeV2::most_jumps);
}

TEST(time_v2, calls_what_it_cannot_decode_garbage) {
  Served served;
  namespace procedures = time_::TIME::v2::procedures;
  for (const auto& procedure : {procedures::SETTIME, procedures::EXCHANGE, procedures::CORRECT, procedures::OBSERVE}) {
    try {
      served.v2.call(
          procedure, [](onc::xdr::Encoder& out) { out.u32(1); }, [](onc::xdr::Decoder&) {});
      ADD_FAILURE() << procedure.name << " took half a number";
    } catch (const onc::rpc::Error& error) {
      EXPECT_EQ(error.code(), onc::rpc::errc::garbage_arguments) << procedure.name;
    }
  }
}

}  // namespace
