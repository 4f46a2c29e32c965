// The .x language: text in, a checked description out. Knows no output language.
#pragma once

#include "ast.h"
#include "diagnostics.h"
#include "options.h"
#include "source.h"

namespace idlc {

// `sources` holds the file to read, and gets those that it includes. The result is whole only if `diagnostics` stays
// empty.
Spec parse(Sources& sources, const Options& options, Diagnostics& diagnostics);

}  // namespace idlc
