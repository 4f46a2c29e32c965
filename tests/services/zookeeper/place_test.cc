#include "services/zookeeper/place.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace services::zookeeper;

using Said = std::vector<std::string>;

// Tests write "me-0000000007" for a node whose mark has the letters of "me" as hexadecimal digits, and zeros after
// them.
std::string to_node(const std::string& text) {
  const auto letters = text.substr(0, text.find('-'));
  std::string mark;
  for (const char letter : letters) {
    constexpr char digits[] = "0123456789abcdef";
    mark += {digits[letter >> 4], digits[letter & 0xf]};
  }
  if (!letters.empty()) mark.resize(32, '0');
  return mark + text.substr(letters.size());
}
std::string from_node(const std::string& name) {
  std::string letters;
  for (std::size_t at = 0; at < 32 && name[at] != '0'; at += 2)
    letters += static_cast<char>(std::stoi(name.substr(at, 2), nullptr, 16));
  return letters + name.substr(32);
}
Said to_nodes(Said names) {
  for (std::string& name : names) name = to_node(name);
  return names;
}
Said from_nodes(Said names) {
  for (std::string& name : names) name = from_node(name);
  return names;
}

// Writes down what it is asked; the tests answer.
struct Ledger : Place::Ensemble {
  void create(const std::string& prefix) override { said.push_back("create " + from_node(prefix)); }
  void list() override { said.push_back("list"); }
  void list_after_all() override { said.push_back("list after all"); }
  void watch(const std::string& name) override { said.push_back("watch " + from_node(name)); }
  void look(const std::string& name) override { said.push_back("look " + from_node(name)); }
  void remove(const std::string& name) override { said.push_back("remove " + from_node(name)); }
  std::string new_mark() override { return to_node("new"); }
  void became_first(std::uint64_t token) override { said.push_back("first " + std::to_string(token)); }
  void lost_first() override { said.push_back("lost first"); }
  void refused() override { said.push_back("refused"); }
  void left() override { said.push_back("left"); }

  // Since the last time.
  Said next() { return std::exchange(said, {}); }

  Said said;
};

struct NamedPlace : Place {
  using Place::Place;
  void enter(const std::string& mark) { Place::enter(to_node(mark)); }
  void on_created(Outcome outcome, const std::string& name, std::uint64_t token) {
    Place::on_created(outcome, to_node(name), token);
  }
  void on_listed(Outcome outcome, const Said& names) { Place::on_listed(outcome, to_nodes(names)); }
  void on_changed(const std::string& name) { Place::on_changed(to_node(name)); }
};

struct PlaceTest : testing::Test {
  Ledger ledger;
  NamedPlace place{ledger};

  void be_first() {
    place.enter("me");
    place.on_created(Outcome::done, "me-0000000007", 70);
    place.on_listed(Outcome::done, {"me-0000000007", "them-0000000009"});
    place.on_looked(Outcome::done, 70);
    ledger.next();
    ASSERT_TRUE(place.is_first());
  }
  void wait_behind_them() {
    place.enter("me");
    place.on_created(Outcome::done, "me-0000000007", 70);
    place.on_listed(Outcome::done, {"me-0000000007", "they-0000000005", "others-0000000003"});
    place.on_watched(Outcome::done);
    ledger.next();
  }
};

TEST_F(PlaceTest, is_the_first_where_nobody_is_before_it) {
  place.enter("me");
  EXPECT_EQ(ledger.next(), Said{"create me-"});
  place.on_created(Outcome::done, "me-0000000007", 70);
  EXPECT_EQ(ledger.next(), Said{"list"});
  EXPECT_FALSE(place.is_first());
  place.on_listed(Outcome::done, {"them-0000000009", "me-0000000007"});
  EXPECT_EQ(ledger.next(), (Said{"first 70", "look me-0000000007"}));
  EXPECT_TRUE(place.is_first());
  EXPECT_EQ(place.token(), 70u);
}

TEST_F(PlaceTest, watches_only_the_one_before_it) {
  place.enter("me");
  place.on_created(Outcome::done, "me-0000000007", 70);
  ledger.next();
  place.on_listed(Outcome::done, {"me-0000000007", "they-0000000005", "others-0000000003", "late-0000000008"});
  EXPECT_EQ(ledger.next(), Said{"watch they-0000000005"});
  place.on_watched(Outcome::done);
  EXPECT_EQ(ledger.next(), Said{});
  EXPECT_FALSE(place.is_first());
}

TEST_F(PlaceTest, looks_again_when_the_one_before_it_goes_for_that_may_have_given_up) {
  wait_behind_them();
  place.on_changed("they-0000000005");
  EXPECT_EQ(ledger.next(), Said{"list"});
  place.on_listed(Outcome::done, {"me-0000000007", "others-0000000003"});
  EXPECT_EQ(ledger.next(), Said{"watch others-0000000003"});
  EXPECT_FALSE(place.is_first());
}

TEST_F(PlaceTest, looks_again_where_the_one_before_it_goes_before_it_is_watched) {
  place.enter("me");
  place.on_created(Outcome::done, "me-0000000007", 70);
  place.on_listed(Outcome::done, {"me-0000000007", "they-0000000005"});
  ledger.next();
  place.on_watched(Outcome::absent);
  EXPECT_EQ(ledger.next(), Said{"list"});
}

TEST_F(PlaceTest, is_not_made_twice_where_the_answer_to_its_making_is_lost) {
  place.enter("me");
  place.on_created(Outcome::lost, "", 0);
  EXPECT_EQ(ledger.next(), Said{"create me-"});
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"list after all"});
  place.on_listed(Outcome::done, {"them-0000000009", "me-0000000007"});
  EXPECT_EQ(ledger.next(), Said{"look me-0000000007"});  // nobody has told its token yet
  EXPECT_FALSE(place.is_first());
  place.on_looked(Outcome::done, 70);
  EXPECT_EQ(ledger.next(), Said{"first 70"});
}

TEST_F(PlaceTest, is_made_again_where_it_was_not) {
  place.enter("me");
  place.on_created(Outcome::lost, "", 0);
  place.retry();
  ledger.next();
  place.on_listed(Outcome::lost, {});
  EXPECT_EQ(ledger.next(), Said{});
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"list after all"});
  place.on_listed(Outcome::done, {"them-0000000009"});
  EXPECT_EQ(ledger.next(), Said{"create me-"});
}

TEST_F(PlaceTest, keeps_the_earlier_of_two_of_its_own) {
  place.enter("me");
  place.on_created(Outcome::done, "me-0000000008", 80);
  ledger.next();
  place.on_listed(Outcome::done, {"me-0000000008", "me-0000000006"});
  EXPECT_EQ(ledger.next(), Said{"remove me-0000000008"});
  place.on_removed(Outcome::lost);
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"remove me-0000000008"});
  place.on_removed(Outcome::absent);
  EXPECT_EQ(ledger.next(), Said{"look me-0000000006"});
  place.on_looked(Outcome::done, 60);
  EXPECT_EQ(ledger.next(), Said{"first 60"});
}

TEST_F(PlaceTest, takes_no_longer_mark_for_its_own) {
  place.enter("me");
  place.on_created(Outcome::done, "me-0000000007", 70);
  ledger.next();
  place.on_listed(Outcome::done, {"me-0000000007", "mexico-0000000006"});
  EXPECT_EQ(ledger.next(), Said{"watch mexico-0000000006"});
}

TEST_F(PlaceTest, has_lost_it_where_somebody_removes_its_node) {
  be_first();
  place.on_changed("me-0000000007");
  EXPECT_EQ(ledger.next(), Said{"look me-0000000007"});
  place.on_looked(Outcome::absent, 0);
  EXPECT_EQ(ledger.next(), (Said{"lost first", "create new-"}));
  EXPECT_FALSE(place.is_first());
}

TEST_F(PlaceTest, stays_the_first_where_somebody_writes_to_its_node) {
  be_first();
  place.on_changed("me-0000000007");
  place.on_looked(Outcome::done, 70);
  EXPECT_EQ(ledger.next(), Said{"look me-0000000007"});
  EXPECT_TRUE(place.is_first());
}

TEST_F(PlaceTest, has_lost_it_with_the_session) {
  be_first();
  place.on_ended();
  EXPECT_EQ(ledger.next(), Said{"lost first"});
  EXPECT_FALSE(place.is_first());
  place.enter("again");
  EXPECT_EQ(ledger.next(), Said{"create again-"});
}

TEST_F(PlaceTest, tells_nobody_of_losing_what_it_never_had) {
  wait_behind_them();
  place.on_ended();
  EXPECT_EQ(ledger.next(), Said{});
}

TEST_F(PlaceTest, is_not_the_first_from_when_it_is_to_leave) {
  be_first();
  place.leave();
  EXPECT_FALSE(place.is_first());
  EXPECT_EQ(ledger.next(), Said{"remove me-0000000007"});
  place.on_removed(Outcome::lost);
  EXPECT_EQ(ledger.next(), Said{});
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"remove me-0000000007"});
  place.on_removed(Outcome::absent);
  EXPECT_EQ(ledger.next(), Said{"left"});
}

TEST_F(PlaceTest, leaves_nothing_behind_where_it_leaves_on_its_way_in) {
  place.enter("me");
  place.leave();
  EXPECT_EQ(ledger.next(), Said{"create me-"});
  place.on_created(Outcome::lost, "", 0);
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"list after all"});
  place.on_listed(Outcome::done, {"me-0000000007"});
  EXPECT_EQ(ledger.next(), Said{"remove me-0000000007"});
  place.on_removed(Outcome::done);
  EXPECT_EQ(ledger.next(), Said{"left"});
}

TEST_F(PlaceTest, has_left_where_the_session_ends_first) {
  be_first();
  place.leave();
  ledger.next();
  place.on_ended();
  EXPECT_EQ(ledger.next(), Said{"left"});
}

TEST_F(PlaceTest, says_that_it_is_refused_and_is_not_made_then) {
  place.enter("me");
  ledger.next();
  place.on_created(Outcome::refused, "", 0);
  EXPECT_EQ(ledger.next(), Said{"refused"});
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"create me-"});
  place.on_created(Outcome::refused, "", 0);
  ledger.next();
  place.leave();
  EXPECT_EQ(ledger.next(), Said{"left"});
}

TEST_F(PlaceTest, asks_one_thing_at_a_time) {
  place.enter("me");
  place.retry();
  place.retry();
  EXPECT_EQ(ledger.next(), Said{"create me-"});
}

TEST(place, orders_names_by_number_also_where_that_has_come_round) {
  EXPECT_EQ(from_nodes(in_order(to_nodes({"a--2147483648", "b-2147483647", "c-2147483646", "d--2147483647"}))),
            (Said{"c-2147483646", "b-2147483647", "a--2147483648", "d--2147483647"}));
}

TEST(place, leaves_out_what_is_no_name) {
  const std::string mark = to_node("mark");
  EXPECT_EQ(
      in_order({"", "-", mark, mark + "-", "-0000000001", mark + "-x", mark + "-000000001x", mark + "-1",
                mark + "-00000000001", mark + "-99999999999", mark + "-+000000001", mark + "0-0000000001",
                "backup-20261122", "backup-0000000001", std::string(32, 'A') + "-0000000001", mark + "-0000000002"}),
      Said{mark + "-0000000002"});
}

}  // namespace
