#include "number.h"

#include <charconv>
#include <limits>

namespace idlc {
namespace {

constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;

int base_of(std::string_view& digits) {
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    return 16;
  }
  return digits.size() > 1 && digits.front() == '0' ? 8 : 10;
}

}  // namespace

std::optional<Number> parse_number(std::string_view text) {
  Number number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  const int base = base_of(text);
  // As in C; neither is a digit of any base.
  while (text.size() > 1 && std::string_view("uUlL").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number.magnitude, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  if (number.negative && number.magnitude > top_bit) return std::nullopt;
  if (number.magnitude == 0) number.negative = false;
  return number;
}

std::string to_string(const Number& number) { return (number.negative ? "-" : "") + std::to_string(number.magnitude); }

Number next(const Number& number) {
  if (!number.negative) return {number.magnitude + 1, false};
  return {number.magnitude - 1, number.magnitude != 1};
}

bool fits_int32(const Number& number) { return number.magnitude < (std::uint64_t{1} << 31) + number.negative; }

bool fits_uint32(const Number& number) {
  return !number.negative && number.magnitude <= std::numeric_limits<std::uint32_t>::max();
}

bool fits_int64(const Number& number) { return number.negative || number.magnitude < top_bit; }

}  // namespace idlc
