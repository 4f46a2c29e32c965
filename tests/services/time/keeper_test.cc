#include "services/time/keeper.h"

#include <gtest/gtest.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;
using time_::Answer;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

struct Turned {
  Instant raw = noon;
  Bound machine = std::nullopt;
  Keeper keeper{DisciplinedClock([this] { return raw; }), [this](Span) { return machine; }};

  time_::Exchange exchange() { return keeper.exchange(0, keeper.now()); }
  // What a coordinator would say now.
  time_::Correction correction(Span by, std::uint64_t round, Span from_group = 1ms, std::uint64_t life = 5) {
    const auto now = exchange();
    return {.by = by.count(),
            .from_group = to_wire(from_group),
            .measured = now.transmitted + now.slewing,
            .setting = now.setting,
            .life = life,
            .round = round};
  }
  Bound from_group() { return to_bound(keeper.bounds().from_group); }
};

TEST(keeper, tells_the_bounds_that_are_known_and_no_others) {
  Turned turned;
  EXPECT_EQ(turned.keeper.bounds(), (time_::Bounds{time_::UNKNOWN_DISTANCE, time_::UNKNOWN_DISTANCE, 0, 0}));
  turned.machine = 3ms;
  EXPECT_EQ(turned.keeper.bounds().from_utc, 3'000'000u);
}

TEST(keeper, is_set_from_1970_to_2200) {
  Turned turned;
  EXPECT_EQ(turned.keeper.set(first_instant), Answer::DONE);
  EXPECT_EQ(turned.keeper.now(), first_instant);
  EXPECT_EQ(turned.keeper.set(end_of_instants - 1ns), Answer::DONE);
  for (const Instant wrong : {first_instant - 1ns, end_of_instants, Instant::min(), Instant::max()})
    EXPECT_EQ(turned.keeper.set(wrong), Answer::NO_SUCH_TIME);
  EXPECT_EQ(turned.keeper.now(), end_of_instants - 1ns);
}

TEST(keeper, takes_a_correction_little_by_little) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(-1s, 7)), Answer::DONE);
  EXPECT_EQ(turned.keeper.now(), noon);
  EXPECT_EQ(turned.keeper.slewing(), -1s);
  EXPECT_EQ(turned.keeper.bounds().life, 5u);
  EXPECT_EQ(turned.keeper.bounds().round, 7u);
  turned.raw += 1h;
  EXPECT_EQ(turned.keeper.now(), noon + 1h - 1s);
}

TEST(keeper, says_how_far_from_the_groups_time_it_is_while_it_is_slewed_and_drifts) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(-1s, 7, 2ms)), Answer::DONE);
  EXPECT_GE(*turned.from_group(), 1002ms);
  EXPECT_LE(*turned.from_group(), 1002ms + 1us);
  turned.raw += 10s;
  EXPECT_GE(*turned.from_group(), 502ms + 4ms) << "each clock may be off by 200 millionths";
  EXPECT_LE(*turned.from_group(), 502ms + 5ms);
  turned.raw += 990s;
  EXPECT_GE(*turned.from_group(), 2ms + 400ms);
}

TEST(keeper, counts_the_drift_of_the_time_that_a_correction_was_on_its_way) {
  Turned turned;
  const auto correction = turned.correction(-1s, 7, 2ms);
  turned.raw += 100s;
  ASSERT_EQ(turned.keeper.correct(correction), Answer::DONE);
  EXPECT_GE(*turned.from_group(), 1002ms + 40ms);
}

TEST(keeper, answers_a_repeated_correction_and_does_not_take_it_twice) {
  Turned turned;
  const auto correction = turned.correction(1s, 7);
  ASSERT_EQ(turned.keeper.correct(correction), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(correction), Answer::DONE);
  EXPECT_EQ(turned.keeper.slewing(), 1s);
}

TEST(keeper, passes_over_what_was_measured_before_another_correction) {
  Turned turned;
  const auto earlier = turned.correction(1s, 7);
  const auto later = turned.correction(1s, 8);
  ASSERT_EQ(turned.keeper.correct(earlier), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(later), Answer::TOO_LATE) << "it would be added twice";
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 9)), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 8)), Answer::TOO_LATE) << "an earlier round's";
  EXPECT_EQ(turned.keeper.slewing(), 2s);
}

TEST(keeper, takes_any_round_of_a_coordinators_next_life_as_later) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, ~std::uint64_t{0}, 1ms, 5)), Answer::DONE);
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 1, 1min, 6)), Answer::DONE);
  EXPECT_EQ(turned.keeper.round(), (RoundName{6, 1}));
  EXPECT_GE(*turned.from_group(), 1min) << "what was known of the time of the last life says nothing of this one's";
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 2, 1ms, 6)), Answer::DONE);
}

TEST(keeper, does_not_take_another_lives_round_of_the_same_number_for_a_repeated_one) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 7, 1ms, 5)), Answer::DONE);
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 7, 1ms, 6)), Answer::DONE);
  EXPECT_EQ(turned.keeper.slewing(), 2s);
}

TEST(keeper, passes_over_what_is_still_on_its_way_of_an_earlier_life) {
  Turned turned;
  const auto earlier = turned.correction(1s, 8, 1ms, 5);
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 1, 1ms, 6)), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(earlier), Answer::TOO_LATE);
}

TEST(keeper, takes_no_correction_of_no_round) {
  Turned turned;
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 1, 1ms, 0)), Answer::TOO_LATE);
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 0, 1ms, 5)), Answer::TOO_LATE);
}

TEST(keeper, counts_the_rounds_that_it_leads_in_a_life_of_its_own) {
  Keeper one(
      DisciplinedClock([] { return noon; }), [](Span) { return Bound(); }, Drift(), 41);
  one.lead(0s);
  one.lead(0s);
  EXPECT_EQ(one.round(), (RoundName{41, 2}));
  EXPECT_EQ(one.bounds().life, 41u);
  Turned turned;
  Turned other;
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 7)), Answer::DONE);
  for (Turned* leader : {&turned, &other}) leader->keeper.lead(0s);
  EXPECT_EQ(turned.keeper.round().number, 1u);
  EXPECT_NE(turned.keeper.round().life, other.keeper.round().life);
}

TEST(keeper, passes_over_what_was_measured_before_it_was_set) {
  Turned turned;
  const auto measured = turned.correction(1s, 9);
  ASSERT_EQ(turned.keeper.set(noon + 1min), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(measured), Answer::TOO_LATE);
  EXPECT_EQ(turned.keeper.now(), noon + 1min);
  EXPECT_EQ(turned.keeper.slewing(), 0s);
}

TEST(keeper, passes_over_what_was_measured_before_a_restart) {
  Turned before;
  Turned after;
  EXPECT_EQ(after.keeper.correct(before.correction(1s, 1)), Answer::TOO_LATE);
}

TEST(keeper, passes_over_what_was_measured_at_another_time_than_now) {
  Turned turned;
  for (const Span ago : {Span(-1s), Keeper::oldest_correction + 1s, Span::min() + 1h, Span::max()}) {
    auto correction = turned.correction(1s, 7);
    correction.measured = ago < 0s ? to_wire(noon) + 1'000'000'000 : to_wire(noon) - ago.count();
    EXPECT_EQ(turned.keeper.correct(correction), Answer::TOO_LATE);
  }
}

TEST(keeper, does_not_believe_corrections_of_hours) {
  Turned turned;
  for (const Span by :
       {Keeper::furthest_correction + 1ns, -Keeper::furthest_correction - 1ns, Span::min(), Span::max()})
    EXPECT_EQ(turned.keeper.correct(turned.correction(by, 7)), Answer::TOO_FAR);
  auto unknown = turned.correction(1s, 7);
  unknown.from_group = time_::UNKNOWN_DISTANCE;
  EXPECT_EQ(turned.keeper.correct(unknown), Answer::TOO_FAR);
  EXPECT_EQ(turned.keeper.correct(turned.correction(Keeper::furthest_correction, 7)), Answer::DONE);
}

TEST(keeper, is_not_drawn_further_by_many_corrections_than_by_one) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(1h, 7)), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(turned.correction(1ns, 8)), Answer::TOO_FAR);
  EXPECT_EQ(turned.keeper.correct(turned.correction(-1s, 9)), Answer::DONE);
  EXPECT_EQ(turned.keeper.slewing(), 1h - 1s);
}

TEST(keeper, is_not_corrected_to_what_it_cannot_be_set_to) {
  Turned turned;
  ASSERT_EQ(turned.keeper.set(end_of_instants - 1s), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 7)), Answer::TOO_FAR);
  ASSERT_EQ(turned.keeper.set(first_instant), Answer::DONE);
  EXPECT_EQ(turned.keeper.correct(turned.correction(-1ns, 8)), Answer::TOO_FAR);
}

TEST(keeper, knows_nothing_of_its_group_any_more_when_it_was_set) {
  Turned turned;
  ASSERT_EQ(turned.keeper.correct(turned.correction(1s, 7)), Answer::DONE);
  ASSERT_EQ(turned.keeper.set(noon), Answer::DONE);
  EXPECT_EQ(turned.from_group(), std::nullopt);
  EXPECT_EQ(turned.keeper.correct(turned.correction(1s, 8)), Answer::DONE);
}

TEST(keeper, is_off_by_what_it_is_still_to_be_slewed_where_it_leads) {
  Turned turned;
  turned.keeper.lead(-1s);
  EXPECT_EQ(turned.from_group(), 1s);
  turned.raw += 1h;
  EXPECT_EQ(turned.from_group(), 0s);
  EXPECT_EQ(turned.keeper.settled(), noon + 1h - 1s);
}

TEST(keeper, follows_its_machine_ahead_at_once_and_back_little_by_little) {
  Turned turned;
  turned.keeper.follow(1h);
  EXPECT_EQ(turned.keeper.now(), noon + 1h);
  turned.keeper.follow(-2s);
  EXPECT_EQ(turned.keeper.now(), noon + 1h);
  EXPECT_EQ(turned.keeper.slewing(), -2s);
  turned.keeper.follow(1s);
  EXPECT_EQ(turned.keeper.now(), noon + 1h) << "it is still ahead";
  EXPECT_EQ(turned.keeper.slewing(), -1s);
  turned.keeper.follow(5s);
  EXPECT_EQ(turned.keeper.now(), noon + 1h + 4s);
  EXPECT_EQ(turned.keeper.slewing(), 0s);
}

TEST(keeper, tells_when_it_was_corrected_or_set) {
  Turned turned;
  std::vector<Span> offsets;
  turned.keeper.on_change([&] { offsets.push_back(turned.keeper.offset()); });
  turned.keeper.correct(turned.correction(1s, 7));
  turned.keeper.set(noon - 1h);
  turned.keeper.lead(2s);
  EXPECT_EQ(offsets, (std::vector<Span>{1s, -1h, -1h + 2s}));
}

}  // namespace
