// Asks for the time while it does something else: a thread of its own makes the call, and main() waits for its future.
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdio>
#include <exception>
#include <future>
#include <thread>

#include "time.x.async.h"

int main(int argc, char** argv) try {
  asio::io_context context;
  time_::TIME::v1::AsyncClient client(context, argc > 1 ? argv[1] : "tcp://127.0.0.1:7000");
  std::future<time_::Time> answer = asio::co_spawn(context, client.GETTIME(), asio::use_future);
  // From here on the client is that thread's: another call is co_spawn(context, [&] { return client.GETTIME(); }, ...).
  const std::jthread calls([&] { context.run(); });
  std::puts("asked");
  const time_::Time time = answer.get();
  std::printf("%02d:%02d:%02d UTC\n", time.hours, time.minutes, time.seconds);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
