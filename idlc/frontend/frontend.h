// The .x language: text in, a checked description out. Knows no output language.
#pragma once

#include "ast.h"
#include "diagnostics.h"
#include "source.h"

namespace idlc {

// The result is whole only if `diagnostics` stays empty.
Spec parse(const Source& source, Diagnostics& diagnostics);

}  // namespace idlc
