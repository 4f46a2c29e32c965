// Calls and replies as lines of text, with arguments and results decoded: what ONC_TRACE=1 shows of any program.
//
//   [412] call to tcp://127.0.0.1:7000, xid 5e1a90c3: FILES v2 look_up {name: "motd"}
//   [412] reply after 0.184 ms, xid 5e1a90c3: FILES v2 look_up = Attributes{size: 5}
#pragma once

#include <onc/rpc/observer.h>

#include <functional>
#include <string>

namespace onc::rpc {

// Hands each line, without its end, to `write`: several at once where several threads call or serve.
class Trace final : public Observer {
 public:
  explicit Trace(std::function<void(const std::string& line)> write) : write_(std::move(write)) {}

  void started(const ObservedCall& call) override;
  void ended(const ObservedCall& call, const ObservedEnd& end) override;
  void refused(const std::string& peer, const std::string& why) override;

 private:
  std::function<void(const std::string&)> write_;
};

// Writes to standard error where the environment has ONC_TRACE, other than empty and 0; else null.
Observer* trace_of_environment();

}  // namespace onc::rpc
