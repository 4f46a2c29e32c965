/* The incumbent's client of idl/mutex.x: rpcgen's stubs, libtirpc's clnt_create.
     mutex_client HOST tcp|udp acquire | release TOKEN | renew TOKEN | status */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutex.h"

#define SECOND 1000000000ull

static CLIENT* client;

static void* answered(void* answer) {
  if (answer != NULL) return answer;
  clnt_perror(client, "mutex_client");
  exit(1);
}

static void show(const Answer* answer) {
  if (answer->outcome == GRANTED)
    printf("token %llu, %s\n", (unsigned long long)answer->Answer_u.grant.token,
           answer->Answer_u.grant.sure > 0 ? "surely" : "not surely");
  else if (answer->outcome == TIMED_OUT)
    printf("held by %s, %u before\n",
           answer->Answer_u.queue.holder == NULL ? "nobody" : answer->Answer_u.queue.holder->who,
           answer->Answer_u.queue.before);
  else
    printf("outcome %d\n", answer->outcome);
}

static void acquire(void) {
  Wish wish = {"door", "a session of C!", "a program of C", 5 * SECOND, 10 * SECOND};
  show(answered(acquire_1(&wish, client)));
}

static void release(const char* token) {
  Holding holding = {"door", "a session of C!", strtoull(token, NULL, 10), 0};
  show(answered(release_1(&holding, client)));
}

static void renew(const char* token) {
  Holding holding = {"door", "a session of C!", strtoull(token, NULL, 10), 5 * SECOND};
  show(answered(renew_1(&holding, client)));
}

static void status(void) {
  LockName all = "";
  Status* status = answered(status_1(&all, client));
  const Report* report = &status->Status_u.report;
  u_int i;
  printf("member %u of %u, algorithm %d\n", report->member, report->peers.peers_len, report->algorithm);
  for (i = 0; i < report->locks.locks_len; i++) {
    const Lock* lock = &report->locks.locks_val[i];
    printf("%s held by %s, %u waiting\n", lock->name, lock->holder == NULL ? "nobody" : lock->holder->who,
           lock->waiting.waiting_len);
  }
}

int main(int argc, char** argv) {
  static const struct timeval patience = {20, 0};
  if (argc < 4) return 2;
  client = clnt_create(argv[1], MUTEX, v1, argv[2]);
  if (client == NULL) {
    clnt_pcreateerror("mutex_client");
    return 1;
  }
  clnt_control(client, CLSET_TIMEOUT, (char*)&patience);
  if (strcmp(argv[3], "acquire") == 0)
    acquire();
  else if (strcmp(argv[3], "release") == 0 && argc == 5)
    release(argv[4]);
  else if (strcmp(argv[3], "renew") == 0 && argc == 5)
    renew(argv[4]);
  else if (strcmp(argv[3], "status") == 0)
    status();
  else
    return 2;
  clnt_destroy(client);
  return 0;
}
