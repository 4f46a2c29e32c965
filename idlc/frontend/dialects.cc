#include "dialects.h"

#include <array>
#include <utility>

namespace idlc {

std::string_view foreign_dialect(std::string_view text) {
  constexpr std::string_view rxgen = "OpenAFS's rxgen (.xg)";
  constexpr std::string_view attributes = "a dialect with attributes in []";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> words{{{"package", rxgen},
                                                                                 {"prefix", rxgen},
                                                                                 {"startingopcode", rxgen},
                                                                                 {"statindex", rxgen},
                                                                                 {"split", rxgen},
                                                                                 {"proc", rxgen},
                                                                                 {"customized", rxgen},
                                                                                 {"[", attributes},
                                                                                 {"syntax", "Protocol Buffers"},
                                                                                 {"interface", "DCE or CORBA IDL"},
                                                                                 {"service", "Thrift or gRPC"}}};
  for (const auto& [word, dialect] : words)
    if (word == text) return dialect;
  return {};
}

}  // namespace idlc
