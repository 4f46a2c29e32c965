/* The incumbent's server of idl/time.x: rpcgen's stubs, libtirpc's svc_create. Its clock stands still, so that its
   answers can be compared with ours byte for byte. */
#include <stdio.h>
#include <stdlib.h>

#include "onc_time.h"

void time_1(struct svc_req* request, SVCXPRT* transport); /* rpcgen -m: the dispatcher */

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

int main(void) {
  if (svc_create(time_1, TIME, v1, "tcp") == 0 || svc_create(time_1, TIME, v1, "udp") == 0) {
    fprintf(stderr, "time_server: svc_create failed\n");
    return 1;
  }
  printf("time_server: serving\n");
  fflush(stdout);
  svc_run();
  return 1;
}
