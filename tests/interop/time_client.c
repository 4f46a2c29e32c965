/* The incumbent's client of idl/time.x: rpcgen's stubs, libtirpc's clnt_create.
     time_client HOST tcp|udp get
     time_client HOST tcp|udp set YEAR MONTH DAY HOURS MINUTES SECONDS
   and of its version 2:
     time_client HOST tcp|udp read | exchange | status | tick
     time_client HOST tcp|udp step | observe | correct NUMBER */
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

static CLIENT* client;

static void* answered(void* answer) {
  if (answer == NULL) lost(client);
  return answer;
}

static void print_answer(const char* what, Answer answer) { printf("%s: answer %d\n", what, answer); }

static void print_stamped(const Stamped* stamped) {
  if (stamped->answer == DONE)
    printf("stamp %llu\n", (unsigned long long)stamped->Stamped_u.stamp);
  else
    print_answer("no stamp", stamped->answer);
}

static void print_reading(const Reading* reading) {
  printf("%lld of round %llu, %s\n", (long long)reading->now, (unsigned long long)reading->bounds.round,
         reading->bounds.from_group == UNKNOWN_DISTANCE ? "unknown to the group" : "known to the group");
}

static void exchange(void) {
  Instant mine = 42;
  Exchange* exchange = answered(exchange_2(&mine, client));
  printf("%lld: %s\n", (long long)exchange->originated,
         exchange->transmitted >= exchange->received ? "received, then transmitted" : "transmitted before received");
}

static void correct(quad_t by) {
  Instant mine = 42;
  Exchange* exchange = answered(exchange_2(&mine, client));
  u_quad_t life = exchange->bounds.life != 0 ? exchange->bounds.life : 1;
  Correction correction = {
      by, 1000, exchange->transmitted + exchange->slewing, exchange->setting, life, exchange->bounds.round + 1};
  print_answer("correct", *(Answer*)answered(correct_2(&correction, client)));
}

static int version_2(const char* command, const char* word) {
  quad_t number = word == NULL ? 0 : atoll(word);
  u_quad_t stamp = word == NULL ? 0 : strtoull(word, NULL, 10);
  if (strcmp(command, "read") == 0)
    print_reading(answered(gettime_2(NULL, client)));
  else if (strcmp(command, "exchange") == 0)
    exchange();
  else if (strcmp(command, "tick") == 0)
    print_stamped(answered(tick_2(NULL, client)));
  else if (strcmp(command, "observe") == 0)
    print_stamped(answered(observe_2(&stamp, client)));
  else if (strcmp(command, "step") == 0)
    print_answer("step", *(Answer*)answered(settime_2(&number, client)));
  else if (strcmp(command, "correct") == 0)
    correct(number);
  else if (strcmp(command, "status") == 0)
    printf("slewing %lld, %u peers\n", (long long)((Status*)answered(status_2(NULL, client)))->slewing,
           ((Status*)answered(status_2(NULL, client)))->peers.peers_len);
  else
    return 2;
  return 0;
}

int main(int argc, char** argv) {
  int status = 0;
  if (argc != 4 && argc != 5 && argc != 10) return 2;
  const int is_first = strcmp(argv[3], "get") == 0 || strcmp(argv[3], "set") == 0;
  client = clnt_create(argv[1], TIME, is_first ? v1 : v2, argv[2]);
  if (client == NULL) {
    clnt_pcreateerror("time_client");
    return 1;
  }
  if (!is_first)
    status = version_2(argv[3], argv[4]);
  else if (strcmp(argv[3], "get") == 0)
    get(client);
  else
    set(client, argv + 4);
  clnt_destroy(client);
  return status;
}
