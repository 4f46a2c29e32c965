#include "services/time/stale.h"

#include <onc/binding/binding.h>
#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include "time.x.h"

namespace services::time {

using onc::transport::Endpoint;
using onc::transport::Protocol;

std::string stale_registration(std::string_view server, const std::error_code& error,
                               std::chrono::milliseconds timeout) {
  if (error != std::errc::connection_refused) return "";
  try {
    const Endpoint asked = Endpoint::parse(server);
    if (asked.port || asked.protocol == Protocol::local) return "";
    const Endpoint named =
        onc::binding::locate(asked, time_::TIME::v2::program, std::chrono::steady_clock::now() + timeout);
    return "; the portmapper names " + named.text() +
           ", where a server was that has ended: start it again, or write another host";
  } catch (const onc::rpc::Error&) {  // then it was the portmapper that did not listen, as `error` says
    return "";
  }
}

}  // namespace services::time
