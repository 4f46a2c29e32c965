/* The incumbent's server of idl/time.x: rpcgen's stubs, libtirpc's svc_create. Its clock stands still, so that its
   answers can be compared with ours byte for byte. */
#include <stdio.h>
#include <stdlib.h>

#include "onc_time.h"

void time_1(struct svc_req* request, SVCXPRT* transport); /* rpcgen -m: the dispatchers */
void time_2(struct svc_req* request, SVCXPRT* transport);

static Time now = {0, 0, 0, 1, 1, 1988, "UTC"};

Time* gettime_1_svc(void* argument, struct svc_req* request) {
  (void)argument, (void)request;
  return &now;
}

int* settime_1_svc(Time* time, struct svc_req* request) {
  static int status;
  (void)request;
  status = time->month < 1 || time->month > 12;
  if (status == 0) now = *time;
  return &status;
}

/* Version 2 stands still too, an hour after 1970. It belongs to no group. */
static Reading reading = {3600000000000LL, {UNKNOWN_DISTANCE, UNKNOWN_DISTANCE, 0, 0}};
static Stamp last;

Reading* gettime_2_svc(void* argument, struct svc_req* request) {
  (void)argument, (void)request;
  return &reading;
}

Answer* settime_2_svc(Instant* instant, struct svc_req* request) {
  static Answer done;
  (void)request;
  done = *instant < 0 ? NO_SUCH_TIME : DONE;
  if (done == DONE) reading.now = *instant;
  return &done;
}

Exchange* exchange_2_svc(Instant* originated, struct svc_req* request) {
  static Exchange exchange;
  (void)request;
  exchange.originated = *originated;
  exchange.received = exchange.transmitted = reading.now;
  exchange.bounds = reading.bounds;
  return &exchange;
}

Answer* correct_2_svc(Correction* correction, struct svc_req* request) {
  static Answer denied = DENIED;
  (void)correction, (void)request;
  return &denied;
}

Status* status_2_svc(void* argument, struct svc_req* request) {
  static Status status;
  (void)argument, (void)request;
  status.reading = reading;
  return &status;
}

static Stamped* stamped(void) {
  static Stamped result;
  result.answer = DONE;
  result.Stamped_u.stamp = ++last;
  return &result;
}

Stamped* tick_2_svc(void* argument, struct svc_req* request) {
  (void)argument, (void)request;
  return stamped();
}

Stamped* observe_2_svc(Stamp* seen, struct svc_req* request) {
  (void)request;
  if (*seen > last) last = *seen;
  return stamped();
}

int main(void) {
  if (svc_create(time_1, TIME, v1, "tcp") == 0 || svc_create(time_1, TIME, v1, "udp") == 0 ||
      svc_create(time_2, TIME, v2, "tcp") == 0 || svc_create(time_2, TIME, v2, "udp") == 0) {
    fprintf(stderr, "time_server: svc_create failed\n");
    return 1;
  }
  printf("time_server: serving\n");
  fflush(stdout);
  svc_run();
  return 1;
}
