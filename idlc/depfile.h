// What an output was made of, for make and ninja.
#pragma once

#include "frontend/source.h"

#include <string>

namespace idlc {

class Dependencies {
 public:
  void add(const std::string& output, const Sources& sources);

  // "out: a.x b.x", a rule for each output.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace idlc
