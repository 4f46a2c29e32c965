// Asks several servers at once, and prints each answer when it comes.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>

#include "time.x.async.h"

asio::awaitable<void> ask(asio::io_context& context, std::string server) try {
  time_::TIME::v1::AsyncClient client(context, server);
  const time_::Time time = co_await client.GETTIME();
  std::printf("%s: %02d:%02d:%02d UTC\n", server.c_str(), time.hours, time.minutes, time.seconds);
} catch (const std::exception& error) {
  std::printf("%s: %s\n", server.c_str(), error.what());
}

int main(int argc, char** argv) {
  asio::io_context context;
  for (int i = 1; i < argc; ++i) asio::co_spawn(context, ask(context, argv[i]), asio::detached);
  context.run();
}
