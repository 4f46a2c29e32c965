// Where we refuse bytes that libtirpc takes, because RFC 4506 calls them errors: the only differences there may be.
#pragma once

#include <onc/xdr/bytes.h>
#include <onc/xdr/error.h>

#include <optional>
#include <string>

namespace differential {

// The rule's name, if the refused bytes break one that libtirpc does not check, at the place the error names.
// `used`: the bytes that libtirpc read.
std::optional<std::string> stricter_rule(const onc::xdr::Error& error, onc::xdr::BytesView bytes, std::size_t used);

}  // namespace differential
