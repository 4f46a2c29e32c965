// The conditions of #if and #elif.
#pragma once

#include "number.h"

#include <optional>
#include <string_view>

namespace idlc {

// Integers of 64 bits with C's operators; a name is 0, as all macros have been replaced. Nothing where it is no such
// expression.
std::optional<Number> evaluate_condition(std::string_view expression);

}  // namespace idlc
