// How the store says no.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>

#include "file.x.h"

namespace services::files {

// Thrown where a caller is to be told `why`. what() is for the server's log, and says more where that is FAILED.
class Refused : public std::runtime_error {
 public:
  explicit Refused(file::Outcome why, const std::string& what = "") : std::runtime_error(what), why_(why) {}

  file::Outcome why() const { return why_; }

 private:
  file::Outcome why_;
};

// For the `error` (errno's) with which the system did not do `what`.
[[noreturn]] void refuse(int error, const std::string& what);
file::Outcome outcome_of(int error);

// `result`, unless it is negative: then refuses with errno.
template <class Result>
Result checked(Result result, const char* what) {
  if (result < 0) refuse(errno, what);
  return result;
}

}  // namespace services::files
