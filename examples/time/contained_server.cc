// For a container, where there is no portmapper and nobody may have port 111: the server is its own.
#include <onc/portmapper/embedded.h>
#include <onc/server/server.h>

#include <ctime>
#include <exception>
#include <iostream>

#include "time.x.h"

class Clock : public time_::TIME::v1::Server {
  time_::Time GETTIME(const onc::rpc::Caller&) override {
    const std::time_t now = std::time(nullptr);
    const std::tm utc = *std::gmtime(&now);
    return {utc.tm_sec, utc.tm_min, utc.tm_hour, utc.tm_mday, utc.tm_mon + 1, utc.tm_year + 1900, {}};
  }
  std::int32_t SETTIME(time_::Time, const onc::rpc::Caller&) override { return 1; }
};

int main() try {
  Clock clock;
  onc::rpc::Server server;
  server.add(clock);
  server.listen("tcp://127.0.0.1:0");  // a port that only the portmapper knows
  server.listen("udp://127.0.0.1:0");
  const onc::rpc::EmbeddedPortmapper portmapper(server, 7111);
  std::cout << "it is found by ONC_PORTMAPPER=tcp://127.0.0.1:7111" << std::endl;
  server.run();
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
