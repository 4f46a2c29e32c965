// The .x's comments, in the header.
#pragma once

#include "backends/printer.h"
#include "frontend/ast.h"

#include <string>

namespace idlc::cpp {

// All of them, above what comes next.
void write_above(Printer& out, const Comments& comments);

// A line of code; beside it `remark`, which is ours, and what the .x has beside its own.
void write_line(Printer& out, const Comments& comments, const std::string& code, const std::string& remark = "");

}  // namespace idlc::cpp
