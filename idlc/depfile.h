// What outputs were made of, for make and ninja.
#pragma once

#include "frontend/source.h"

#include <string>

namespace idlc {

class Dependencies {
 public:
  // `output`: the first of those that come at once. Ninja wants no other named that the build does not use.
  void add(const std::string& output, const Sources& sources);

  // "a.x.h: a.x b.x", a rule for each file that was compiled.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace idlc
