#include "services/time/seldom.h"

#include <asio/io_context.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using services::time::Seldom;

TEST(seldom, does_at_once_what_is_asked_for_first_and_the_rest_once) {
  asio::io_context context;
  int times = 0;
  Seldom seldom(context.get_executor(), 1h, [&] { ++times; });
  for (int i = 0; i < 1000; ++i) seldom.ask();
  EXPECT_EQ(times, 1);
  context.poll();
  EXPECT_EQ(times, 1) << "the hour is not over";
}

TEST(seldom, does_in_the_end_what_was_asked_for) {
  asio::io_context context;
  int times = 0;
  Seldom seldom(context.get_executor(), 5ms, [&] { ++times; });
  for (int i = 0; i < 3; ++i) seldom.ask();
  context.run();
  EXPECT_GE(times, 2);
}

TEST(seldom, does_nothing_once_it_is_gone) {
  asio::io_context context;
  int times = 0;
  {
    Seldom seldom(context.get_executor(), 1ms, [&] { ++times; });
    for (int i = 0; i < 3; ++i) seldom.ask();
    times = 0;
  }
  context.run();
  EXPECT_EQ(times, 0);
}

}  // namespace
