// What can be wrong with XDR bytes, or with values that have no XDR form (RFC 4506).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace onc::xdr {

enum class errc {
  truncated = 1,       // the bytes end inside a value
  too_long,            // a string, opaque or array is longer than its bound (RFC 4506 §4.10, §4.11, §4.13)
  bad_boolean,         // neither 0 nor 1 (RFC 4506 §4.4)
  no_such_enumerator,  // not a value of the enum (RFC 4506 §4.3)
  no_such_arm,         // the union has no arm for its discriminant (RFC 4506 §4.15)
  arm_needs_value,     // a union was made from a discriminant whose arm is not void
  wrong_arm,           // a union was asked for an arm, or given one, that its discriminant does not choose
  nonzero_padding,     // the bytes that fill up a four-byte unit must be zero (RFC 4506 §3)
  out_of_range,        // a char or short that does not fit its type
  too_deep,            // values nested deeper than the decoder's limit
  too_much_memory,     // values that would take more memory than the decoder's limit
  trailing_bytes,      // bytes are left over after the last value
};

const std::error_category& category() noexcept;
inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), category()}; }

// Says which rule was broken, by what and at which byte: "Status: not a value of the enum (RFC 4506 §4.3), byte 12".
class Error : public std::system_error {
 public:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  // `subject`: the type or value concerned, may be empty. `offset`: in bytes from where the decoder began.
  // `needed`: see below.
  explicit Error(errc code, const std::string& subject = "", std::size_t offset = nowhere, std::size_t needed = 0);

  const char* what() const noexcept override { return text_.c_str(); }
  std::size_t offset() const { return offset_; }
  // Where the bytes ended: as many, from where the decoder began, there must be at least.
  std::size_t needed() const { return needed_; }

 private:
  std::string text_;
  std::size_t offset_;
  std::size_t needed_;
};

// "Entry.name: 300 bytes, at most 255: longer than its bound (RFC 4506 §4.10, §4.11, §4.13), byte 8".
Error too_long(const char* what, std::size_t count, const char* unit, std::uint32_t most, std::size_t offset);

}  // namespace onc::xdr

template <>
struct std::is_error_code_enum<onc::xdr::errc> : std::true_type {};
