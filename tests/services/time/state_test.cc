#include "services/time/state.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

// A folder that is gone with it.
struct Folder {
  Folder() : path(::testing::TempDir() + "onc-timed.XXXXXX") {
    if (!::mkdtemp(path.data())) throw std::runtime_error("no folder");
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

void keep(State& state, Instant now) { state.keep_clock({.now = now, .slewing = 0ns}, 0.05, noon); }

DisciplinedClock::Reading resumed(const State& state, Instant machine) {
  DisciplinedClock clock([machine] { return machine; });
  state.resume(clock, machine);
  return clock.read();
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string what_is_wrong(const std::string& directory) {
  try {
    const State state(directory);
    return "";
  } catch (const onc::rpc::Error& error) {
    return error.what();
  }
}

TEST(state, is_what_was_kept_last) {
  const Folder folder;
  {
    State state(folder.path + "/new");
    EXPECT_EQ(state.stamps(), 0u);
    keep(state, noon - 5s);
    state.keep_stamps(77);
    keep(state, noon - 6s);
  }
  const State state(folder.path + "/new");
  EXPECT_EQ(resumed(state, noon).now, noon - 6s);
  EXPECT_EQ(state.stamps(), 77u);
}

TEST(state, has_a_clock_begin_with_the_machines_where_nothing_was_kept) {
  const Folder folder;
  const State state(folder.path);
  EXPECT_EQ(resumed(state, noon).now, noon);
  EXPECT_EQ(resumed(state, noon).slewing, 0ns);
}

// However long it was gone, and by whichever limit it is slewed from then on.
TEST(state, has_a_clock_go_on_as_if_it_had_run_all_the_while) {
  for (const Span slewing : {Span(-1h), Span(-1s), Span(1s), Span(1h)}) {
    for (const double slew_limit : {1e-6, 0.05, 0.9}) {
      const Folder folder;
      Instant raw = noon;
      DisciplinedClock clock([&raw] { return raw; }, slew_limit);
      clock.step(noon - 24h);
      clock.slew(slewing);
      State state(folder.path);
      state.keep_clock(clock.read(), slew_limit, raw);
      for (const Span gone : {0s, 1s, 30s, 86400s}) {
        raw = noon + gone;
        EXPECT_EQ(resumed(state, raw).now, clock.now()) << slewing / 1s << " s, gone for " << gone / 1s << " s";
        EXPECT_EQ(resumed(state, raw).slewing, clock.read().slewing);
      }
    }
  }
}

TEST(state, has_a_clock_stay_as_far_ahead_of_a_machine_that_was_set_back) {
  const Folder folder;
  State state(folder.path);
  state.keep_clock({.now = noon + 1min, .slewing = -1s}, 0.05, noon);
  EXPECT_EQ(resumed(state, noon - 1h).now, noon - 1h + 1min);
  EXPECT_EQ(resumed(state, noon - 1h).slewing, -1s);
}

TEST(state, reads_what_was_kept_in_its_first_form) {
  const Folder folder;
  { const State state(folder.path); }
  const char first[] =
      "\0\0\0\1"
      "\0\0\0\0\x3b\x9a\xca\0"
      "\0\0\0\0\0\0\0\7";
  std::ofstream(folder.path + "/time.xdr") << std::string(first, 20);
  const State state(folder.path);
  EXPECT_EQ(resumed(state, noon).now, noon + 1s);
  EXPECT_EQ(state.stamps(), 7u);
}

TEST(state, is_of_one_process_only) {
  const Folder folder;
  const State state(folder.path);
  EXPECT_NE(what_is_wrong(folder.path).find("is another onc-timed's"), std::string::npos);
}

TEST(state, is_the_old_one_where_writing_was_broken_off) {
  const Folder folder;
  { State(folder.path).keep_stamps(7); }
  std::ofstream(folder.path + "/time.xdr.next") << "half";
  EXPECT_EQ(State(folder.path).stamps(), 7u);
}

TEST(state, is_set_aside_and_begins_anew_where_it_is_damaged) {
  const Folder folder;
  int number = 0;
  for (const std::string& damaged :
       {std::string(), std::string(3, '\0'), std::string(52, '\0'), std::string(500, 'x')}) {
    { State(folder.path).keep_stamps(7); }
    std::ofstream(folder.path + "/time.xdr") << damaged;
    const State state(folder.path);
    EXPECT_NE(state.remark().find("is damaged"), std::string::npos) << damaged.size();
    EXPECT_EQ(state.stamps(), 0u);
    EXPECT_EQ(contents(folder.path + "/time.xdr.corrupt." + std::to_string(++number)), damaged);
  }
  EXPECT_EQ(State(folder.path).remark(), "") << "it is told once";
}

TEST(state, is_damaged_where_a_single_bit_is_another) {
  const Folder folder;
  {
    State state(folder.path);
    state.keep_stamps(7);
    keep(state, noon + 1s);
  }
  const std::string path = folder.path + "/time.xdr";
  const std::string good = contents(path);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    std::ofstream(path) << bad;
    EXPECT_NE(State(folder.path).remark(), "") << "bit " << bit;
  }
  std::ofstream(path) << good;
  EXPECT_EQ(State(folder.path).remark(), "");
}

TEST(state, leaves_a_clock_alone_that_it_would_set_to_what_cannot_be) {
  for (const auto& [ahead, slewing] :
       {std::pair(Span::max(), Span(0)), std::pair(Span::min(), Span(0)), std::pair(Span(0), Span::max()),
        std::pair(Span(0), Span::min()), std::pair(Span(end_of_instants - noon), Span(0)),
        std::pair(Span(first_instant - noon), Span(-1))}) {
    const Folder folder;
    State state(folder.path);
    state.keep_clock({.now = Instant(ahead), .slewing = slewing}, 0.05, Instant());
    DisciplinedClock clock([] { return noon; });
    EXPECT_FALSE(state.resume(clock, noon)) << ahead.count() << " " << slewing.count();
    EXPECT_EQ(clock.now(), noon);
  }
  const Folder folder;
  const State state(folder.path);
  DisciplinedClock clock([] { return Instant(Span(-1)); });
  EXPECT_FALSE(state.resume(clock, Instant(Span(-1)))) << "of a machine before 1970";
}

TEST(state, says_where_it_cannot_be) {
  const Folder folder;
  std::ofstream(folder.path + "/file");
  EXPECT_NE(what_is_wrong(folder.path + "/file").find("--state-dir"), std::string::npos);
  EXPECT_NE(what_is_wrong(folder.path + "/no/folder").find("--state-dir"), std::string::npos);
}

}  // namespace
