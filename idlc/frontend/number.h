// The constants of a .x: any number that 64 bits can hold, with or without a sign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace idlc {

struct Number {
  std::uint64_t magnitude = 0;
  bool negative = false;  // never with magnitude 0

  bool operator==(const Number&) const = default;
};

// Decimal, 0x hexadecimal or 0 octal (RFC 4506 §6.2). Nothing where it is neither, or takes more than 64 bits.
std::optional<Number> parse_number(std::string_view text);

std::string to_string(const Number& number);

Number next(const Number& number);

bool fits_int32(const Number& number);
bool fits_uint32(const Number& number);
bool fits_int64(const Number& number);

}  // namespace idlc
