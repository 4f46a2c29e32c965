#include "services/time/refusals.h"

#include <algorithm>

namespace services::time {

using time_::Answer;

namespace {

const char* sentence(Answer answer) {
  switch (answer) {
    case Answer::DONE: return " takes corrections again";
    case Answer::DENIED: return " takes no corrections from here: is it in the group, by --berkeley and --coordinator?";
    case Answer::TOO_LATE:
      return " finds all corrections too late: does another coordinator correct it, or somebody set it all the time?";
    default:
      return " finds corrections too far: does it already have an hour to make good, or is it near 1970 or 2200? Set "
             "it";
  }
}

}  // namespace

std::optional<std::string> Refusals::answered(Answer answer) {
  in_a_row_ = answer == last_ ? in_a_row_ + 1 : 1;
  last_ = answer;
  if (answer == Answer::DONE) {
    if (!is_noted_) return std::nullopt;
    is_noted_ = false;
    return sentence(answer);
  }
  const std::uint64_t first = answer == Answer::DENIED ? 1 : persistent;
  if (is_noted_ || in_a_row_ < first << std::min<std::uint64_t>(times_noted_, 60)) return std::nullopt;
  is_noted_ = true;
  ++times_noted_;
  return sentence(answer);
}

}  // namespace services::time
