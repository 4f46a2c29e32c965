// Our stock server of victim.x, at a port of 127.0.0.1.
#include "victim.x.h"

#include <onc/server/server.h>

#include <csignal>
#include <string>

#include <sys/prctl.h>

class Victim : public victim::VICTIM::VICTIM_V1::Server {
 public:
  void NOTHING(const onc::rpc::Caller&) override {}
  std::int32_t COUNT(victim::nodes list, const onc::rpc::Caller&) override {
    return static_cast<std::int32_t>(list.first.size());
  }
  std::int32_t SIZE(victim::text text, const onc::rpc::Caller&) override {
    return static_cast<std::int32_t>(text.size());
  }
};

int main(int count, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Victim victim;
  onc::rpc::Server server;
  server.add(victim);
  server.listen("tcp://127.0.0.1:" + std::string(count == 2 ? arguments[1] : "0"));
  server.run();
}
