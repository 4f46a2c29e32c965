/* The incumbent's client of idl/election.x: rpcgen's stubs, libtirpc's clnt_create.
     election_client HOST tcp|udp leader | status | resign | vote */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "election.h"

static CLIENT* client;

static void* answered(void* answer) {
  if (answer != NULL) return answer;
  clnt_perror(client, "election_client");
  exit(1);
}

static void leader(void) {
  Status* status = answered(status_1(NULL, client));
  if (status->condition == LED)
    printf("%u %llu\n", status->coordinator, (unsigned long long)status->term);
  else
    printf("none: condition %d\n", status->condition);
}

static void status(void) {
  Status* status = answered(status_1(NULL, client));
  u_int i;
  printf("node %u, algorithm %d, lease %llu ns, held %s\n", status->node, status->algorithm,
         (unsigned long long)status->lease, status->held > 0 ? "for a while" : "not at all");
  for (i = 0; i < status->peers.peers_len; i++) {
    Peer* peer = &status->peers.peers_val[i];
    printf("%u at %s%s\n", peer->id, peer->uri, peer->heard ? ", heard" : "");
  }
}

static void resign(void) {
  Reply* reply = answered(resign_1(NULL, client));
  printf("answer %d: %u leads in term %llu\n", reply->answer, reply->coordinator, (unsigned long long)reply->term);
}

/* As a stranger. */
static void vote(void) {
  Office office = {{1, 42}, 1, 1000000, 0};
  printf("answer %d\n", ((Reply*)answered(vote_1(&office, client)))->answer);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  client = clnt_create(argv[1], ELECTION, v1, argv[2]);
  if (client == NULL) {
    clnt_pcreateerror("election_client");
    return 1;
  }
  if (strcmp(argv[3], "leader") == 0)
    leader();
  else if (strcmp(argv[3], "status") == 0)
    status();
  else if (strcmp(argv[3], "resign") == 0)
    resign();
  else if (strcmp(argv[3], "vote") == 0)
    vote();
  else
    return 2;
  clnt_destroy(client);
  return 0;
}
