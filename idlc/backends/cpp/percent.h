// Lines with % that go into the header: C and C++ that idlc does not understand.
#pragma once

#include "frontend/ast.h"
#include "frontend/diagnostics.h"

namespace idlc::cpp {

// Whether % lines hold an #include, and so stand outside the namespaces.
bool includes(const Passthrough& lines);

// Braces and #if that are left open, or closed without having been opened, would break the header around them: rpcgen
// closes some of them itself.
void check_percent_lines(const Spec& spec, Diagnostics& diagnostics);

}  // namespace idlc::cpp
