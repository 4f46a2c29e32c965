// Who may do what, judged by what the kernel says of a caller and not by what it says of itself.
#pragma once

#include <onc/server/service.h>

#include <string>
#include <string_view>

namespace portmapper {

// Whose registrations a caller's are: "superuser", a user's number over the local socket, or "unknown".
// Throws onc::rpc::Refusal for a caller on another host: only this host's servers register here (RFC 1833 §2.2).
std::string owner_of(const onc::rpc::Caller& caller);

// The netid of the transport a call came on.
std::string_view netid_of(const onc::rpc::Caller& caller);

}  // namespace portmapper
