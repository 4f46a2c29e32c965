// The numbers that lines like `%#define MAX 64` name. rpcgen leaves such names to the C compiler; we need their values.
#pragma once

#include "macros.h"
#include "number.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace idlc {

class PercentDefines {
 public:
  // % lines without their %.
  void add(std::string_view lines);

  // Nothing where it stands for no number, or where lines disagree. Names for names are each followed once.
  std::optional<Number> number(const std::string& name);

 private:
  void add_line(std::string_view line);
  std::optional<Number> evaluate(const std::string& name);

  Macros macros_;
  std::map<std::string, std::optional<Number>> numbers_;  // those asked for: to expand one may take long
};

}  // namespace idlc
