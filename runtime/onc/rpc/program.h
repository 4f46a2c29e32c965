// Names for what a .x declares: programs, versions, procedures (RFC 5531 §12.2).
#pragma once

#include <cstdint>

namespace onc::rpc {

// One version of one program. The names are those of the .x, for errors and traces.
struct Program {
  std::uint32_t number;
  std::uint32_t version;
  const char* name;
  const char* version_name;

  bool operator==(const Program& other) const { return number == other.number && version == other.version; }
};

struct Procedure {
  Program program;
  std::uint32_t number;
  const char* name;
};

}  // namespace onc::rpc
