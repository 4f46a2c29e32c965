// libtirpc + rpcgen: the stock server of victim.x, at a port of 127.0.0.1.
#include "victim.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

void victim_1(struct svc_req*, SVCXPRT*);

void* nothing_1_svc(void* argument, struct svc_req* request) {
  static char result;
  (void)argument, (void)request;
  return &result;
}

int* count_1_svc(nodes* list, struct svc_req* request) {
  static int count;
  (void)request;
  count = 0;
  for (const node* each = list->first; each; each = each->next) ++count;
  return &count;
}

int* size_1_svc(text* string, struct svc_req* request) {
  static int size;
  (void)request;
  size = (int)strlen(*string);
  return &size;
}

int main(int count, char** arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_port = htons(count == 2 ? atoi(arguments[1]) : 0),
                           .sin_addr = {htonl(INADDR_LOOPBACK)}};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr*)&at, sizeof at) != 0 || listen(listener, 256) != 0) return perror("bind"), 1;
  SVCXPRT* transport = svctcp_create(listener, 0, 0);
  if (!transport || !svc_register(transport, VICTIM, VICTIM_V1, victim_1, 0)) return 1;
  svc_run();
  return 1;
}
