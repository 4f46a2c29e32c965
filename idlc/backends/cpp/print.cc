#include "print.h"

namespace idlc::cpp {

void write_prints(Printer&, const Spec&, const Names&) {}

}  // namespace idlc::cpp
