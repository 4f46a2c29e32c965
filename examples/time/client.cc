#include <cstdio>
#include <exception>

#include "time.x.h"

int main() try {
  time_::TIME::v1::Client client("tcp://127.0.0.1:7000");
  const time_::Time time = client.GETTIME();
  std::printf("%02d:%02d:%02d UTC\n", time.hours, time.minutes, time.seconds);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
