// The expressions of #if: integers, defined(), ! && || and comparisons.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace idlc {

// idlc reads a file as rpcgen reads it for its header.
bool is_defined(std::string_view name);

// Nothing where it is no such expression.
std::optional<std::int64_t> evaluate_condition(std::string_view expression);

}  // namespace idlc
