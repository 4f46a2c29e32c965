// Which numbers are values of an enum (RFC 4506 §4.3).
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

namespace onc::xdr {

// Those from `first` to `last`: all of them, or where `only` lists any, those.
struct Enumerators {
  const char* name;  // the enum's
  std::int32_t first;
  std::int32_t last;
  std::initializer_list<std::int32_t> only = {};  // in order

  constexpr bool contain(std::int32_t number) const {
    return first <= number && number <= last && (only.size() == 0 || listed(number));
  }

 private:
  constexpr bool listed(std::int32_t number) const { return std::binary_search(only.begin(), only.end(), number); }
};

}  // namespace onc::xdr
