#include <onc/xdr/arm.h>

#include <string>

namespace onc::xdr {

void refuse_arm(const ArmNames& names, std::size_t wanted, std::size_t held) {
  const auto name = [&](std::size_t index) { return std::string(names.arms.begin()[index]); };
  // A variant whose new value could not be made has no arm at all.
  const std::string holds = held == std::variant_npos ? "nothing" : name(held);
  throw Error(errc::wrong_arm, names.type + std::string(".") + name(wanted) + ", while it holds " + holds);
}

Error wrong_discriminant(const char* maker, std::int64_t discriminant) {
  return Error(errc::wrong_arm, maker + std::string("(") + std::to_string(discriminant) + ")");
}

}  // namespace onc::xdr
