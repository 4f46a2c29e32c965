#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shelf.h"

static struct Note notes[8];
static unsigned int count;
int peer_logged;

void peer_forget(void) {
  while (count > 0) free(notes[--count].text);
  peer_logged = 0;
}

u_int* add_1_svc(Text* text, struct svc_req* request) {
  static u_int id;
  (void)request;
  notes[count].id = count + 1;
  notes[count].text = strdup(*text);
  id = ++count;
  return &id;
}

Found* find_1_svc(u_int* id, struct svc_req* request) {
  static Found found;
  (void)request;
  found.status = *id >= 1 && *id <= count ? ok : missing;
  if (found.status == ok) {
    found.Found_u.notes.first = &notes[*id - 1];
    found.Found_u.notes.owner = "theirs";
    found.Found_u.notes.revision = -1;
  }
  return &found;
}

Notes* turn_over_1_svc(Notes* all, struct svc_req* request) {
  static Notes result;
  struct Note* last = NULL;
  (void)request;
  while (all->first != NULL) {
    struct Note* note = all->first;
    all->first = note->next;
    note->next = last;
    last = note;
  }
  all->first = last;
  result = *all;
  return &result;
}

void* log_1_svc(Text* text, struct svc_req* request) {
  static char nothing;
  (void)text, (void)request;
  ++peer_logged;
  return &nothing;
}

int* misbehave_1_svc(int* how, struct svc_req* request) {
  (void)how, (void)request;
  return NULL;
}

char** long_text_1_svc(u_int* size, struct svc_req* request) {
  static char* text;
  (void)request;
  free(text);
  text = malloc(*size + 1);
  memset(text, 'x', *size);
  text[*size] = 0;
  return &text;
}

static enum clnt_stat status(CLIENT* client) {
  struct rpc_err error;
  clnt_geterr(client, &error);
  return error.re_status;
}

enum clnt_stat peer_add(CLIENT* client, const char* text, unsigned int* id) {
  Text argument = (Text)text;
  u_int* result = add_1(&argument, client);
  if (result == NULL) return status(client);
  *id = *result;
  return RPC_SUCCESS;
}

enum clnt_stat peer_find(CLIENT* client, unsigned int id, char* text, unsigned int size) {
  Found* found = find_1(&id, client);
  if (found == NULL) return status(client);
  snprintf(text, size, "%s", found->status == ok ? found->Found_u.notes.first->text : "");
  xdr_free((xdrproc_t)xdr_Found, (char*)found);
  return RPC_SUCCESS;
}

enum clnt_stat peer_turn_over(CLIENT* client, unsigned int number, unsigned int* ids) {
  struct Note* sent = calloc(number, sizeof *sent);
  Notes all = {sent, "theirs", 7};
  for (unsigned int i = 0; i < number; ++i) {
    sent[i].id = i + 1;
    sent[i].text = "a note";
    sent[i].next = i + 1 < number ? &sent[i + 1] : NULL;
  }
  Notes* got = turn_over_1(&all, client);
  free(sent);
  if (got == NULL) return status(client);
  for (struct Note* note = got->first; note != NULL; note = note->next) *ids++ = note->id;
  xdr_free((xdrproc_t)xdr_Notes, (char*)got);
  return RPC_SUCCESS;
}

enum clnt_stat peer_misbehave(CLIENT* client, int how) {
  return misbehave_1(&how, client) == NULL ? status(client) : RPC_SUCCESS;
}

enum clnt_stat peer_long_text(CLIENT* client, unsigned int size, unsigned int* got) {
  char** text = long_text_1(&size, client);
  if (text == NULL) return status(client);
  *got = (unsigned int)strlen(*text);
  xdr_free((xdrproc_t)xdr_wrapstring, (char*)text);
  return RPC_SUCCESS;
}
