// The conditions of #if and #elif.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace idlc {

// Integers with C's operators; a name is 0, as all macros have been replaced. Nothing where it is no such expression.
std::optional<std::int64_t> evaluate_condition(std::string_view expression);

}  // namespace idlc
