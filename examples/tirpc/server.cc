// A server that rpcgen and libtirpc made of time.x, in which GETTIME has moved to C++. SETTIME is still legacy.c's.
#include <onc/tirpc/bridge.h>

#include <cstdio>
#include <stdexcept>

#include "legacy.h"
#include "time.x.h"  // what idlc made of time.x

namespace {

namespace time_v1 = time_::TIME::v1;

class Clock : public time_v1::Server {
  time_::Time GETTIME(const onc::rpc::Caller&) override { return {0, 0, 0, 1, 1, legacy_year(), {}}; }
  std::int32_t SETTIME(time_::Time, const onc::rpc::Caller&) override {
    throw std::logic_error("SETTIME has not moved yet");
  }
};

onc::tirpc::Services moved;

// Stands where rpcgen's time_1() stood. When all procedures have moved, onc::tirpc::dispatch<moved> takes its place.
void dispatch(svc_req* request, SVCXPRT* transport) {
  switch (request->rq_proc) {
    case time_v1::procedures::GETTIME.number: return moved.serve(request, transport);
    default: return time_1(request, transport);
  }
}

}  // namespace

// As it was, but for the name of the dispatcher. (A real one says svc_create(), which registers with rpcbind too.)
int main() {
  Clock clock;
  moved.add(clock);
  SVCXPRT* transport = svctcp_create(RPC_ANYSOCK, 0, 0);
  if (!transport || !svc_register(transport, time_v1::program.number, time_v1::program.version, dispatch, 0)) return 1;
  std::printf("%d\n", transport->xp_port);
  std::fflush(stdout);
  svc_run();
  return 1;
}
