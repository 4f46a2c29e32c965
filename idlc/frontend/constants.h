// The numbers behind names.
#pragma once

#include "percent_defines.h"
#include "symbols.h"

namespace idlc {

class Constants {
 public:
  // `percent_defines`: what names stand for that nothing else defines.
  // `lost`: names that may be defined where the parser lost its way; not to be complained of.
  Constants(const Symbols& symbols, PercentDefines& percent_defines, const std::unordered_set<std::string>& lost,
            Diagnostics& diagnostics)
      : symbols_(symbols), percent_defines_(percent_defines), lost_(lost), diagnostics_(diagnostics) {}

  // False, and said, where it has none. `space`: the namespace that the value stands in.
  bool resolve(Value& value, const std::string& space);
  bool resolve(const EnumeratorPlace& place);

 private:
  bool follow(Value& value, const std::string& space);
  bool undefined(const Value& value);
  std::vector<std::string> known_names() const;
  bool resolve_constant(Value& value, Definition& definition);
  bool resolve_enumerators(const std::vector<EnumeratorPlace>& places, Value& value);
  bool resolve_numbers(const std::vector<NumberPlace>& places, Value& value);
  bool number_from(const EnumeratorPlace& place, std::size_t start);
  bool out_of_range(const Enumerator& enumerator);

  const Symbols& symbols_;
  PercentDefines& percent_defines_;
  const std::unordered_set<std::string>& lost_;
  Diagnostics& diagnostics_;
  int depth_ = 0;
  int suggestions_ = 0;
};

}  // namespace idlc
