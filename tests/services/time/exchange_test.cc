#include "services/time/exchange.h"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;
const Drift drift;

time_::Exchange exchange(Instant received, Instant transmitted, Span slewing = 0ns) {
  return {.originated = 0,
          .received = to_wire(received),
          .transmitted = to_wire(transmitted),
          .slewing = slewing.count(),
          .setting = 1,
          .bounds = {}};
}

TEST(exchange, gives_offset_and_delay_as_ntp_computes_them) {
  // RFC 5905 §8: ((T2 - T1) + (T3 - T4)) / 2 and (T4 - T1) - (T3 - T2).
  const auto measured = measure(noon, exchange(noon + 1030ms, noon + 1035ms), noon + 55ms, drift);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->offset, 1005ms);
  EXPECT_EQ(measured->delay, 50ms);
  EXPECT_GE(measured->error, 25ms);
  EXPECT_LE(measured->error, 25ms + 100us);
}

TEST(exchange, counts_what_the_server_is_still_to_be_slewed_by) {
  const auto measured = measure(noon, exchange(noon + 10ms, noon + 10ms, -2s), noon + 20ms, drift);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->offset, -2s);
}

TEST(exchange, is_no_measurement_where_the_server_says_what_cannot_be) {
  EXPECT_FALSE(measure(noon, exchange(noon + 2s, noon + 1s), noon + 3s, drift)) << "answered before it was asked";
  EXPECT_FALSE(measure(noon, exchange(noon, noon + 5s), noon + 1s, drift)) << "took longer than it was waited for";
  EXPECT_FALSE(measure(noon, exchange(Instant::min(), noon), noon + 1s, drift));
  EXPECT_FALSE(measure(noon, exchange(noon, Instant::max()), noon + 1s, drift));
  EXPECT_FALSE(measure(noon, exchange(noon, noon, Span::min()), noon + 1s, drift));
  EXPECT_FALSE(measure(noon, exchange(noon, noon, Span::max()), noon + 1s, drift));
  EXPECT_FALSE(measure(noon + 1s, exchange(noon, noon), noon, drift)) << "an own clock that was set back";
  EXPECT_TRUE(measure(noon, exchange(first_instant, first_instant), noon, drift));
  EXPECT_TRUE(measure(first_instant, exchange(end_of_instants - 1ns, end_of_instants - 1ns), first_instant, drift));
}

TEST(exchange, measures_a_clock_that_was_set_to_the_last_instant_and_runs_on) {
  const auto last = exchange(end_of_instants + 24h, end_of_instants + 24h);
  const auto measured = measure(noon, last, noon + 2s, drift);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->offset, end_of_instants + 24h - noon - 1s);
  EXPECT_TRUE(measure(first_instant, exchange(end_of_told - 1ns, end_of_told - 1ns, 1000h), first_instant, drift));
  EXPECT_FALSE(measure(noon, exchange(end_of_told, end_of_told), noon, drift));
}

// A clock that is off by `offset` at true time 0, and gains `rate` seconds a second.
struct Line {
  double rate;
  Span offset;
  Instant at(Span t) const {
    return noon + t + offset + Span(static_cast<Span::rep>(static_cast<double>(t.count()) * rate));
  }
};

TEST(exchange, never_errs_by_more_than_it_says) {
  std::mt19937_64 chance(1);
  const auto up_to = [&](Span most) { return Span(std::uniform_int_distribution<Span::rep>(0, most.count())(chance)); };
  for (int i = 0; i < 100'000; ++i) {
    std::uniform_real_distribution<double> rate(-200e-6, 200e-6);
    const bool extreme = i % 4 == 0;
    const Line client{extreme ? 200e-6 : rate(chance), up_to(10s)};
    const Line server{extreme ? -200e-6 : rate(chance), up_to(10s)};
    // The ways there and back as unlike as can be, every other time.
    const Span sent = up_to(100s);
    const Span received = sent + (i % 2 == 0 ? 0s : up_to(3s));
    const Span transmitted = received + up_to(i % 3 == 0 ? Span(2s) : Span(10us));
    const Span came = transmitted + up_to(3s);
    const auto measured =
        measure(client.at(sent), exchange(server.at(received), server.at(transmitted)), client.at(came), drift);
    ASSERT_TRUE(measured);
    const Span truth = server.at(came) - client.at(came);
    const Span wrong = measured->offset < truth ? truth - measured->offset : measured->offset - truth;
    ASSERT_LE(wrong, measured->error);
    ASSERT_LE(measured->error, (came - sent - (transmitted - received)) / 2 + 5ms);
  }
}

}  // namespace
