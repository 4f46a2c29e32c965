// The table as DUMP tells it (RFC 1833 §2.2.1, §3.2), piece by piece: however many entries there are, no reply needs
// memory for more than a few.
#pragma once

#include "portmapper/registry.h"

#include <onc/xdr/encoder.h>

namespace portmapper {

class Dump {
 public:
  // `protocol`: 2 tells what version 2 has words for, 3 and 4 everything. `registry` must outlive it. What is
  // registered or removed before the end may be told or not.
  Dump(const Registry& registry, std::uint32_t protocol) : registry_(&registry), protocol_(protocol) {}

  // Appends some 16 KiB more. False where that was the end.
  bool operator()(onc::xdr::Encoder& out);

 private:
  const Registry* registry_;
  std::uint32_t protocol_;
  Registry::Number told_ = 0;  // up to and with this one
};

}  // namespace portmapper
