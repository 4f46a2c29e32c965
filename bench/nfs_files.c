/* What one does with libnfs to move many files: as many contexts as threads, each file written, committed and closed, or
   read, written here and fsynced. As onc-file's --jobs does.
     nfs_files put|get URL THREADS LOCAL-FOLDER < NAMES */
#include <fcntl.h>
#include <sys/time.h>

#include <nfsc/libnfs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char** names;
static int count, next;
static const char *url_text, *folder, *verb;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void die(struct nfs_context* nfs, const char* what) {
  fprintf(stderr, "nfs_files: %s: %s\n", what, nfs ? nfs_get_error(nfs) : strerror(0));
  exit(1);
}

static void put(struct nfs_context* nfs, const char* name, const char* local, char* bytes, size_t room) {
  struct nfsfh* file;
  int from = open(local, O_RDONLY);
  ssize_t got;
  if (from < 0) die(NULL, local);
  if (nfs_creat(nfs, name, 0644, &file) != 0) die(nfs, "creat");
  while ((got = read(from, bytes, room)) > 0)
    for (ssize_t done = 0; done < got;) {
      int written = nfs_write(nfs, file, got - done, bytes + done);
      if (written <= 0) die(nfs, "write");
      done += written;
    }
  if (nfs_fsync(nfs, file) != 0) die(nfs, "fsync");
  if (nfs_close(nfs, file) != 0) die(nfs, "close");
  close(from);
}

static void get(struct nfs_context* nfs, const char* name, const char* local, char* bytes, size_t room) {
  struct nfsfh* file;
  int got, to = open(local, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (to < 0) die(NULL, local);
  if (nfs_open(nfs, name, O_RDONLY, &file) != 0) die(nfs, "open");
  while ((got = nfs_read(nfs, file, room, bytes)) > 0)
    if (write(to, bytes, got) != got) die(NULL, local);
  if (got < 0) die(nfs, "read");
  nfs_close(nfs, file);
  if (fsync(to) != 0) die(NULL, local);
  close(to);
}

static void* work(void* unused) {
  struct nfs_context* nfs = nfs_init_context();
  struct nfs_url* url = nfs_parse_url_dir(nfs, url_text);
  size_t room = 1 << 20;
  char* bytes = malloc(room);
  char local[4096], name[4096];
  if (url == NULL || nfs_mount(nfs, url->server, url->path) != 0) die(nfs, "mount");
  for (;;) {
    pthread_mutex_lock(&lock);
    int mine = next < count ? next++ : -1;
    pthread_mutex_unlock(&lock);
    if (mine < 0) break;
    snprintf(local, sizeof local, "%s/%s", folder, names[mine]);
    snprintf(name, sizeof name, "/%s", names[mine]);
    (strcmp(verb, "put") == 0 ? put : get)(nfs, name, local, bytes, room);
  }
  nfs_destroy_context(nfs);
  return unused;
}

int main(int argc, char** argv) {
  pthread_t threads[64];
  char line[4096];
  if (argc != 5) return 2;
  verb = argv[1], url_text = argv[2], folder = argv[4];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    names = realloc(names, (count + 1) * sizeof *names);
    names[count++] = strdup(line);
  }
  int many = atoi(argv[3]);
  for (int i = 0; i < many; ++i) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < many; ++i) pthread_join(threads[i], NULL);
  int opened = open(folder, O_RDONLY | O_DIRECTORY);
  return fsync(opened) != 0;
}
