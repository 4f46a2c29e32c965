#include <onc/xdr/error.h>

namespace onc::xdr {
namespace {

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "xdr"; }

  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::truncated: return "the bytes end inside a value";
      case errc::too_long: return "longer than its bound (RFC 4506 §4.10, §4.11, §4.13)";
      case errc::bad_boolean: return "a boolean is neither 0 nor 1 (RFC 4506 §4.4; Limits::lenient lets that pass)";
      case errc::no_such_enumerator: return "not a value of the enum (RFC 4506 §4.3)";
      case errc::no_such_arm: return "the union has no arm for its discriminant (RFC 4506 §4.15)";
      case errc::arm_needs_value: return "the arm of this discriminant needs a value";
      case errc::wrong_arm: return "not the arm that the discriminant chooses (RFC 4506 §4.15)";
      case errc::nonzero_padding: return "padding bytes are not zero (RFC 4506 §3; Limits::lenient lets that pass)";
      case errc::out_of_range: return "the number does not fit its type";
      case errc::too_deep: return "nested deeper than the decoder's limit";
      case errc::too_much_memory: return "would take more memory than the decoder's limit";
      case errc::trailing_bytes: return "bytes are left over after the last value (Limits::lenient lets that pass)";
    }
    return "unknown XDR error";
  }
};

std::string describe(errc code, const std::string& subject, std::size_t offset) {
  std::string text = subject.empty() ? "" : subject + ": ";
  text += category().message(static_cast<int>(code));
  if (offset != Error::nowhere) text += ", byte " + std::to_string(offset);
  return text;
}

}  // namespace

const std::error_category& category() noexcept {
  static const auto* const instance = new Category;  // never destroyed: some threads may outlast main()
  return *instance;
}

Error::Error(errc code, const std::string& subject, std::size_t offset, std::size_t needed)
    : std::system_error(code), text_(describe(code, subject, offset)), offset_(offset), needed_(needed) {}

Error too_long(const char* what, std::size_t count, const char* unit, std::uint32_t most, std::size_t offset) {
  std::string subject = *what ? what + std::string(": ") : "";
  subject += std::to_string(count) + " " + unit + ", at most " + std::to_string(most);
  return Error(errc::too_long, subject, offset);
}

}  // namespace onc::xdr
