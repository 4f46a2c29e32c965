// What happens to a parsed file, in this order.
#pragma once

#include "ast.h"
#include "diagnostics.h"
#include "percent_defines.h"

#include <map>
#include <string>
#include <unordered_set>

namespace idlc {

// % lines to where they stand: between the definitions or in one of them.
void place_percent_lines(Spec& spec);

// Types defined in place, without a name of their own, become definitions before the one they stand in.
void hoist(Spec& spec);

// Names, constants, cases (RFC 4506 §6.4, RFC 5531 §12.3).
// `lost`: names that a syntax error may have kept from being defined.
void check(Spec& spec, const std::map<std::string, std::string>& extern_types, PercentDefines& percent_defines,
           const std::unordered_set<std::string>& lost, Diagnostics& diagnostics);

// Which types are lists, optionals, recursive; how large they are; the order that C++ needs.
// Finds types of infinite size; in a spec with mistakes, only those.
void find_shapes(Spec& spec, Diagnostics& diagnostics);

// Hands the comments to the definitions and members they stand before or beside, or to the file.
void attach_comments(Spec& spec, const Source& file);

}  // namespace idlc
