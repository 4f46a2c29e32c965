// What a .x file says, as JSON for other people's programs: back ends, analysers, tests.
#pragma once

#include "frontend/ast.h"

#include <string>

namespace idlc::json {

// One object, described in idlc-ast(5), with a newline at its end.
std::string describe(const Spec& spec);

}  // namespace idlc::json
