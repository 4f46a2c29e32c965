// Languages that look like this one and are not.
#pragma once

#include <string_view>

namespace idlc {

// Where a definition should begin: whose language the word or sign belongs to. Empty if nobody's that is known.
std::string_view foreign_dialect(std::string_view text);

}  // namespace idlc
