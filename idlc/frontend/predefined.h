// The type names that a .x may use without defining them; it may also define them itself.
#pragma once

#include "ast.h"

#include <optional>
#include <string>
#include <vector>

namespace idlc {

// u_int, int64_t and so on, as rpcgen's programs have them from <rpc/types.h>.
std::optional<Primitive> predefined_type(const std::string& name);

// A type of C++ that is one of the language's: "std::uint32_t".
std::optional<Primitive> primitive_of_cpp(const std::string& spelling);

// rpcgen's, in <rpc/xdr.h>: opaque netobj<1024>.
std::shared_ptr<Definition> make_netobj(const Location& where, std::uint32_t unit);

// All of them and the words of the grammar that are types, to suggest one.
std::vector<std::string> predefined_names();

}  // namespace idlc
