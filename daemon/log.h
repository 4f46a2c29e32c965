// A daemon's log, on spdlog.
#pragma once

#include "daemon/watch.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace onc::daemon {

// Lets one message a second through: peers cause them, who could fill the log otherwise.
class OnceASecond {
 public:
  // How many were held back since the last; nothing where this one is to be too.
  std::optional<std::uint64_t> pass();

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_{};
  std::uint64_t held_back_ = 0;
};

class Watch::Log final : public rpc::Observer {
 public:
  Log(const std::string& name, const std::string& level, bool foreground);

  bool watches_calls() const override { return shows(spdlog::level::debug); }
  void failed(const rpc::Program& program, std::uint32_t procedure, const std::string& what);
  void ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) override;
  void refused(const std::string& peer, const std::string& why) override;
  void warn(const std::string& what);
  void troubled(const std::string& what);
  void note(const std::string& what);

 private:
  bool shows(spdlog::level::level_enum level) const { return level >= level_; }

  spdlog::logger logger_;
  const spdlog::level::level_enum level_;
  OnceASecond failures_;
  OnceASecond refusals_;
  OnceASecond troubles_;
};

}  // namespace onc::daemon
