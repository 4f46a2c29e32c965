/* The incumbent's client of idl/file.x: rpcgen's stubs, libtirpc's clnt_create. Prints the outcome's number first.
     file_client HOST mkdir PATH | stat PATH | remove PATH | read PATH OFFSET | list FOLDER
     file_client HOST put PATH TEXT SHA256      in three pieces: CREATE, two WRITEs, the second one first, and COMMIT
     file_client HOST small PATH TEXT SHA256    PUT
     file_client HOST nonsense                  a STAT without its argument */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "onc_file.h"

static CLIENT* client;

static void* answered(void* answer) {
  if (answer == NULL) {
    clnt_perror(client, "file_client");
    exit(1);
  }
  return answer;
}

static CommitArguments commit_of(char** words) {
  CommitArguments commit = {.path = words[0], .revision = ANY, .size = strlen(words[1]), .mode = 0644, .modified = 1};
  if (getrandom(commit.upload, sizeof commit.upload, 0) != sizeof commit.upload) exit(1);
  for (int i = 0; i < 32; ++i) sscanf(words[2] + 2 * i, "%2hhx", (unsigned char*)&commit.hash[i]);
  return commit;
}

static int write_piece(CommitArguments* commit, char* text, u_int begin, u_int end) {
  WriteArguments piece = {.path = commit->path, .offset = begin, .data = {end - begin, text + begin}};
  memcpy(piece.upload, commit->upload, sizeof piece.upload);
  return *(Outcome*)answered(write_1(&piece, client));
}

static void put(char** words) {
  CommitArguments commit = commit_of(words);
  CreateArguments create = {.path = commit.path, .revision = ABSENT, .size = commit.size};
  memcpy(create.upload, commit.upload, sizeof create.upload);
  CreateResult* created = answered(create_1(&create, client));
  printf("%d", created->outcome);
  if (created->outcome != DONE) return;
  u_int half = (u_int)commit.size / 2;
  printf(" %d", write_piece(&commit, words[1], half, (u_int)commit.size));
  printf(" %d", write_piece(&commit, words[1], 0, half));
  CommitResult* committed = answered(commit_1(&commit, client));
  printf(" %d", committed->outcome);
}

static void small(char** words) {
  PutArguments arguments = {.commit = commit_of(words), .data = {(u_int)strlen(words[1]), words[1]}};
  CommitResult* result = answered(put_1(&arguments, client));
  printf("%d", result->outcome);
}

static void read_piece(char** words) {
  ReadArguments arguments = {.path = words[0], .offset = strtoull(words[1], NULL, 0), .count = 100};
  ReadResult* result = answered(read_1(&arguments, client));
  printf("%d", result->outcome);
  if (result->outcome != DONE) return;
  Piece* piece = &result->ReadResult_u.piece;
  printf(" %llu %.*s", (unsigned long long)piece->attributes.size, (int)piece->data.Data_len, piece->data.Data_val);
}

static void list(char** words) {
  ListArguments arguments = {.folder = words[0], .after = "", .most = 100};
  ListResult* result = answered(list_1(&arguments, client));
  printf("%d", result->outcome);
  if (result->outcome != DONE) return;
  Page* page = &result->ListResult_u.page;
  for (u_int i = 0; i < page->entries.entries_len; ++i) printf(" %s", page->entries.entries_val[i].name);
}

static void stat_path(char** words) {
  StatResult* result = answered(stat_1(&words[0], client));
  printf("%d", result->outcome);
  if (result->outcome == DONE)
    printf(" kind %d size %llu mode %o", result->StatResult_u.attributes.kind,
           (unsigned long long)result->StatResult_u.attributes.size, result->StatResult_u.attributes.mode);
}

static void nonsense(void) {
  struct timeval timeout = {10, 0};
  enum clnt_stat status = clnt_call(client, STAT, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL, timeout);
  printf("%s", clnt_sperrno(status));
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  client = clnt_create(argv[1], FILES, v1, "tcp");
  if (client == NULL) {
    clnt_pcreateerror("file_client");
    return 1;
  }
  char** words = argv + 3;
  RemoveArguments removal = {.path = words[0], .revision = ANY};
  if (strcmp(argv[2], "mkdir") == 0) printf("%d", *(Outcome*)answered(mkdir_1(&words[0], client)));
  if (strcmp(argv[2], "remove") == 0) printf("%d", *(Outcome*)answered(remove_1(&removal, client)));
  if (strcmp(argv[2], "stat") == 0) stat_path(words);
  if (strcmp(argv[2], "read") == 0) read_piece(words);
  if (strcmp(argv[2], "list") == 0) list(words);
  if (strcmp(argv[2], "put") == 0) put(words);
  if (strcmp(argv[2], "small") == 0) small(words);
  if (strcmp(argv[2], "nonsense") == 0) nonsense();
  putchar('\n');
  clnt_destroy(client);
  return 0;
}
