#include "services/time/sampler.h"

#include "services/time/service.h"
#include "services/time/shown.h"

#include <onc/rpc/error.h>
#include <onc/server/server.h>

#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

// Of a server that is as right as the client and is being slewed as fast as can be, whose answer took all of the delay.
Sample sample(Span slewing, Span delay) {
  const time_::Exchange exchange{.originated = 0,
                                 .received = to_wire(noon),
                                 .transmitted = to_wire(noon),
                                 .slewing = slewing.count(),
                                 .setting = 0,
                                 .bounds = {}};
  return {.host = "",
          .measured = measure(noon, exchange, noon + delay, Drift()),
          .slewing = slewing,
          .bounds = {},
          .why_not = ""};
}

TEST(sample, is_no_nearer_to_the_truth_than_a_server_that_is_slewed_meanwhile) {
  for (const Span slewing : {Span(-1h), Span(-1ms), Span(0), Span(1ms), Span(1h)}) {
    const Sample slewed = sample(slewing, 100ms);
    for (const double limit : {0.0, 0.05, 0.9}) {
      const Span could(static_cast<Span::rep>(limit * 100e6));
      const Span added = std::clamp(slewing, -could, could);
      EXPECT_LE(std::chrono::abs(added - slewed.offset()), slewed.error()) << slewing / 1ms << " at " << limit;
    }
  }
}

TEST(sample, is_as_exact_as_what_was_measured_where_nothing_is_slewed) {
  const Sample still = sample(0ns, 100ms);
  EXPECT_EQ(still.error(), still.measured->error);
}

TEST(sampler, does_not_hear_hosts_whose_names_are_none) {
  Sampler sampler({"foo://x", "", "\x1b[2J", "local://x"}, 1s, 1);
  for (int time = 0; time < 2; ++time)
    for (const Sample& sample : sampler.take()) {
      EXPECT_FALSE(sample.is_heard());
      EXPECT_NE(sample.why_not, "");
    }
}

TEST(sampler, compares_with_the_machines_clock_as_it_is_each_time) {
  const Machine served;
  Keeper keeper(DisciplinedClock([&] { return served.now(); }), [](Span) { return Bound(); });
  LamportClock lamport;
  TimeV2 service(keeper, lamport);
  onc::rpc::Server server;
  server.add(service);
  const std::string place = server.listen("udp://127.0.0.1:0").text();
  std::thread running([&] { server.run(); });
  Sampler sampler({place}, 20s, 1);
  for (const double set : {0.0, 3600.0, -86400.0}) {
    const Sample sample = sampler.take(Machine(Rate::kept, {.seconds = set})).at(0);
    ASSERT_TRUE(sample.is_heard()) << sample.why_not;
    EXPECT_NEAR(to_seconds(sample.offset()), -set, 10);
  }
  server.stop();
  running.join();
}

TEST(sampler, is_told_which_names_are_none_where_a_user_has_given_them) {
  EXPECT_NO_THROW(check_hosts({"udp://clock1", "clock2"}));
  EXPECT_THROW(check_hosts({"udp://clock1", "foo://x"}), onc::rpc::Error);
}

}  // namespace
