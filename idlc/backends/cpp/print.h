// print() of each type, which serves text and JSON.
#pragma once

#include "types.h"

namespace idlc::cpp {

// Those that are no members: of enums, and `<<`.
void declare_prints(Printer& out, const Spec& spec, const Names& names);
void write_prints(Printer& out, const Spec& spec, const Names& names);

}  // namespace idlc::cpp
