// The numbers behind names.
#pragma once

#include "symbols.h"

#include <unordered_set>

namespace idlc {

class Constants {
 public:
  Constants(const Symbols& symbols, Diagnostics& diagnostics) : symbols_(symbols), diagnostics_(diagnostics) {}

  // False, and said, where it has none.
  bool resolve(Value& value);
  bool resolve(const EnumeratorPlace& place);

 private:
  bool follow(Value& value);
  bool resolve_constant(Value& value, Definition& definition);
  bool resolve_enumerators(const std::vector<EnumeratorPlace>& places, Value& value);
  bool number_from(const EnumeratorPlace& place, std::size_t start);
  bool out_of_range(const Enumerator& enumerator);

  const Symbols& symbols_;
  Diagnostics& diagnostics_;
  int depth_ = 0;
};

}  // namespace idlc
