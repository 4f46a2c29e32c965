#include <onc/server/server.h>

#include <ctime>
#include <exception>
#include <iostream>

#include "time.x.h"  // what idlc made of time.x

class Clock : public time_::TIME::v1::Server {
  time_::Time GETTIME(const onc::rpc::Caller&) override {
    const std::time_t now = std::time(nullptr);
    const std::tm utc = *std::gmtime(&now);
    return {utc.tm_sec, utc.tm_min, utc.tm_hour, utc.tm_mday, utc.tm_mon + 1, utc.tm_year + 1900, {}};
  }
  std::int32_t SETTIME(time_::Time, const onc::rpc::Caller&) override { return 1; }  // this one cannot be set
};

int main() try {
  Clock clock;
  onc::rpc::Server server;
  server.add(clock);
  std::cout << server.listen("tcp://127.0.0.1:7000").text() << std::endl;
  server.run();
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
