// Why nobody listens where a portmapper says that a time server does.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

namespace services::time {

// To follow the sentence for `error`, with which a call to `server` failed: that the registration is that of a server
// which has ended, where the portmapper, which is asked again, names a port and nobody listened there. Empty else.
std::string stale_registration(std::string_view server, const std::error_code& error,
                               std::chrono::milliseconds timeout);

}  // namespace services::time
