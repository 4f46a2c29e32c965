// print() of each type, which serves text and JSON.
#pragma once

#include "types.h"

namespace idlc::cpp {

void write_prints(Printer& out, const Spec& spec, const Names& names);

}  // namespace idlc::cpp
