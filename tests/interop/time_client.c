/* The incumbent's client of idl/time.x: rpcgen's stubs, libtirpc's clnt_create.
     time_client HOST tcp|udp get
     time_client HOST tcp|udp set YEAR MONTH DAY HOURS MINUTES SECONDS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onc_time.h"

static void lost(CLIENT* client) {
  clnt_perror(client, "time_client");
  exit(1);
}

static void get(CLIENT* client) {
  Time* time = gettime_1(NULL, client);
  if (time == NULL) lost(client);
  printf("%04d-%02d-%02d %02d:%02d:%02d %.4s\n", time->year, time->month, time->day, time->hours, time->minutes,
         time->seconds, time->timezone);
}

static void set(CLIENT* client, char** words) {
  Time time = {atoi(words[5]), atoi(words[4]), atoi(words[3]), atoi(words[2]), atoi(words[1]), atoi(words[0]), "UTC"};
  int* status = settime_1(&time, client);
  if (status == NULL) lost(client);
  printf("status %d\n", *status);
}

int main(int argc, char** argv) {
  if (argc != 4 && argc != 10) return 2;
  CLIENT* client = clnt_create(argv[1], TIME, v1, argv[2]);
  if (client == NULL) {
    clnt_pcreateerror("time_client");
    return 1;
  }
  if (strcmp(argv[3], "get") == 0)
    get(client);
  else
    set(client, argv + 4);
  clnt_destroy(client);
  return 0;
}
