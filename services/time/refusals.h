// What a coordinator's log is told of a member's answers to its corrections: that it refuses them, once.
#pragma once

#include <optional>
#include <string>

#include "time.x.h"

namespace services::time {

class Refusals {
 public:
  // As many in a row mean that nothing but what somebody does will end them; a single one is a message that was late.
  // DENIED means it at once.
  static constexpr int persistent = 3;

  // What is to be noted of a member that has answered so, to be said after its name; nothing, mostly: once that it
  // refuses, and once that it no longer does. Each time that it has, twice as many refusals are needed for the next, so
  // that a member that cannot make up its mind does not fill the log.
  std::optional<std::string> answered(time_::Answer answer);

 private:
  time_::Answer last_ = time_::Answer::DONE;
  std::uint64_t in_a_row_ = 0;
  std::uint64_t times_noted_ = 0;
  bool is_noted_ = false;
};

}  // namespace services::time
