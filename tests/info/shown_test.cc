#include "info/shown.h"
#include "info/host_portmapper.h"
#include "info/json.h"

#include <gtest/gtest.h>

#include <sstream>

namespace {

using info::Row;

TEST(Shown, text_is_cut_and_cannot_move_a_cursor) {
  EXPECT_EQ(info::shown("tcp"), "tcp");
  EXPECT_EQ(info::shown("\x1b[2J\r\n\x7f\x9b\xc3\xa9"), "?[2J??????");
  EXPECT_EQ(info::shown(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(info::shown(std::string(65536, 'x')), std::string(60, 'x') + "...");
}

TEST(Shown, neighbouring_versions_are_a_range) {
  EXPECT_EQ(info::shown_versions({}), "");
  EXPECT_EQ(info::shown_versions({3}), "3");
  EXPECT_EQ(info::shown_versions({4, 2, 3, 3, 7}), "2-4,7");
  EXPECT_EQ(info::shown_versions({4294967295, 4294967294, 0}), "0,4294967294-4294967295");
}

TEST(Shown, a_hundred_thousand_versions_are_cut) {
  std::vector<std::uint32_t> versions;
  for (std::uint32_t i = 0; i < 100'000; ++i) versions.push_back(2 * i);
  EXPECT_EQ(info::shown_versions(versions).size(), 63u);
}

TEST(Shown, columns_are_as_wide_as_their_widest_cell) {
  std::ostringstream out;
  info::print_table(out, {"A", "B"}, std::vector<int>{5, 1000}, [](int item) -> Row {
    return {std::to_string(item), "x\ny"};
  });
  EXPECT_EQ(out.str(), "A     B\n5     x?y\n1000  x?y\n");
}

TEST(Shown, times_are_milliseconds) {
  EXPECT_EQ(info::shown_milliseconds(std::chrono::nanoseconds(1'234'567)), "1.235");
}

TEST(Place, an_address_is_a_host_and_a_port) {
  const auto place = [](const char* netid, const char* address) {
    return info::place_of({100003, 3, netid, address, std::nullopt});
  };
  EXPECT_EQ(place("tcp", "127.0.0.1.8.1"), "127.0.0.1:2049");
  EXPECT_EQ(place("udp6", "::1.8.1"), "[::1]:2049");
  EXPECT_EQ(place("local", "/run/x.sock"), "/run/x.sock");
}

TEST(Place, what_is_no_address_stays_what_it_is) {
  for (const char* address : {"", "127.0.0.1", "127.0.0.1.256.1", "::1.8.1", "127.0.0.1.8.1.1.1"})
    EXPECT_EQ(info::place_of({100003, 3, "tcp", address, std::nullopt}), address);
  EXPECT_EQ(info::place_of({100003, 3, "pigeon", "127.0.0.1.8.1", std::nullopt}), "127.0.0.1.8.1");
}

TEST(Json, is_ascii_whatever_a_string_holds) {
  EXPECT_EQ(info::to_text("\x1b\x7f\xc3\xa9\xff\u202e"), R"("\u001b\u007f\u00e9\ufffd\u202e")");
}

TEST(Json, a_list_is_the_last_member_of_its_object) {
  const auto print = [](const std::vector<int>& items) {
    std::ostringstream out;
    info::print_json_list(out, {{"at", "x"}}, "items", items, [](int item) { return info::Json(item); });
    return info::Json::parse(out.str());
  };
  EXPECT_EQ(print({}), (info::Json{{"at", "x"}, {"items", info::Json::array()}}));
  EXPECT_EQ(print({1, 2}), (info::Json{{"at", "x"}, {"items", {1, 2}}}));
}

}  // namespace
