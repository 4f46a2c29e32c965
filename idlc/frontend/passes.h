// What happens to a parsed file, in this order.
#pragma once

#include "ast.h"
#include "diagnostics.h"

namespace idlc {

// Types defined in place, without a name of their own, become definitions before the one they stand in.
void hoist(Spec& spec);

// Names, constants, cases (RFC 4506 §6.4, RFC 5531 §12.3).
void check(Spec& spec, Diagnostics& diagnostics);

// Which types are lists, optionals, recursive; how large they are; the order that C++ needs.
// For a spec without mistakes; finds types of infinite size.
void find_shapes(Spec& spec, Diagnostics& diagnostics);

// Hands the comments to the definitions and members they stand before or beside.
void attach_comments(Spec& spec);

}  // namespace idlc
