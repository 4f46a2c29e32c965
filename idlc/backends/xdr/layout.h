// Which tokens share a line, and how far it is indented.
#pragma once

#include "lines.h"
#include "tokens.h"

namespace idlc::xdr {

std::vector<Line> lay_out(const std::vector<Token>& tokens);

}  // namespace idlc::xdr
