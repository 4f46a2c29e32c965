// Asks for the time and is called back, for programs that are built of callbacks already.
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <cstdio>
#include <exception>

#include "time.x.async.h"

void show(std::exception_ptr failure, const time_::Time& time) try {
  if (failure) std::rethrow_exception(failure);
  std::printf("%02d:%02d:%02d UTC\n", time.hours, time.minutes, time.seconds);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
}

int main(int argc, char** argv) {
  asio::io_context context;
  time_::TIME::v1::AsyncClient client(context, argc > 1 ? argv[1] : "tcp://127.0.0.1:7000");
  asio::co_spawn(context, client.GETTIME(), show);
  std::puts("asked");
  context.run();
}
