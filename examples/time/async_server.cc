#include <onc/server/server.h>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <iostream>

#include "time.x.async.h"

// Answers when the next second begins: however many wait for that, it holds up nobody.
class Clock : public time_::TIME::v1::AsyncServer {
  asio::awaitable<time_::Time> GETTIME(const onc::rpc::Caller&) override {
    const auto now = std::chrono::system_clock::now();
    const auto next = std::chrono::ceil<std::chrono::seconds>(now);
    asio::steady_timer timer(co_await asio::this_coro::executor, next - now);
    co_await timer.async_wait(asio::use_awaitable);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(next);
    const std::tm utc = *std::gmtime(&seconds);
    co_return time_::Time{utc.tm_sec, utc.tm_min, utc.tm_hour, utc.tm_mday, utc.tm_mon + 1, utc.tm_year + 1900, {}};
  }
  asio::awaitable<std::int32_t> SETTIME(time_::Time, const onc::rpc::Caller&) override { co_return 1; }
};

int main(int argc, char** argv) try {
  Clock clock;
  onc::rpc::Server server;
  server.add(clock);
  server.stop_on({SIGINT, SIGTERM});
  std::cout << server.listen(argc > 1 ? argv[1] : "tcp://127.0.0.1:7000").text() << std::endl;
  server.run();
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
