/* What there was: the procedures and a call of time.x, on rpcgen's stubs. */
#include "onc_time.h"

static Time now = {0, 0, 0, 1, 1, 1988, "UTC"};

/* No longer called: the dispatcher in server.cc sends its calls elsewhere. */
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

int legacy_year(void) { return now.year; }

int legacy_set_year(CLIENT* handle, int year) {
  Time time = {0, 0, 0, 1, 1, year, "UTC"};
  int* status = settime_1(&time, handle);
  return status != NULL && *status == 0;
}
