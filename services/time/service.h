// Both versions of idl/time.x, as a server is given them.
#pragma once

#include "services/time/keeper.h"
#include "services/time/lamport.h"

#include <chrono>
#include <functional>

namespace services::time {

// To the second; it can be set to what version 2 can be set to, 1970 to 2200.
class TimeV1 : public time_::TIME::v1::Server {
 public:
  // `keeper` must outlive it.
  explicit TimeV1(Keeper& keeper) : keeper_(keeper) {}

  time_::Time GETTIME(const onc::rpc::Caller&) override;
  std::int32_t SETTIME(time_::Time time, const onc::rpc::Caller&) override;

 private:
  Keeper& keeper_;
};

class TimeV2 : public time_::TIME::v2::Server {
 public:
  // OBSERVE's jumps a second that are believed, where each waits for the disk: whoever asks for more would hold up all
  // others, and use up the stamps there are.
  static constexpr int most_jumps = 20;
  using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

  using MayCorrect = std::function<bool(const onc::rpc::Caller&)>;
  using TellGroup = std::function<void(time_::Status&)>;

  // `keeper` and `lamport` must outlive it. Nobody may correct it until it is told who may.
  TimeV2(Keeper& keeper, LamportClock& lamport, SteadyNow now = std::chrono::steady_clock::now)
      : keeper_(keeper), lamport_(lamport), now_(std::move(now)) {}

  void corrected_by(MayCorrect may_correct) { may_correct_ = std::move(may_correct); }
  // `tell` fills in what only the coordinator knows.
  void coordinated_by(TellGroup tell) { tell_group_ = std::move(tell); }

  time_::Reading GETTIME(const onc::rpc::Caller&) override { return keeper_.read(); }
  time_::Answer SETTIME(time_::Instant instant, const onc::rpc::Caller&) override;
  time_::Exchange EXCHANGE(time_::Instant originated, const onc::rpc::Caller&) override;
  time_::Answer CORRECT(time_::Correction correction, const onc::rpc::Caller& caller) override;
  time_::Status STATUS(const onc::rpc::Caller&) override;
  time_::Stamped TICK(const onc::rpc::Caller&) override;
  time_::Stamped OBSERVE(time_::Stamp seen, const onc::rpc::Caller&) override;

 private:
  bool may_jump();

  Keeper& keeper_;
  LamportClock& lamport_;
  SteadyNow now_;
  std::chrono::steady_clock::time_point jumps_since_{};
  int jumps_ = 0;
  MayCorrect may_correct_ = [](const onc::rpc::Caller&) { return false; };
  TellGroup tell_group_;
};

}  // namespace services::time
