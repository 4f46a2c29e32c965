// Which numbers are values of an enum (RFC 4506 §4.3).
#pragma once

#include <cstdint>
#include <initializer_list>

namespace onc::xdr {

// Those from `first` to `last`: all of them, or where `only` lists any, those.
struct Enumerators {
  const char* name;  // the enum's
  std::int32_t first;
  std::int32_t last;
  std::initializer_list<std::int32_t> only = {};  // in order

  bool contain(int number) const { return first <= number && number <= last && (only.size() == 0 || lists(number)); }

  // The number itself. Throws Error(no_such_enumerator).
  int checked(int number) const {
    if (!contain(number)) refuse(number);
    return number;
  }

 private:
  [[noreturn]] void refuse(int number) const;
  bool lists(std::int32_t number) const;
};

}  // namespace onc::xdr
