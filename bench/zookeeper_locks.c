/* What one does with ZooKeeper's own C client: its recipe for a lock, each client a session of its own. Waits and prints
   as ours/locks.cc does.
     zookeeper_locks SECONDS CLIENTS HOST:PORT,... */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADED
#include <zookeeper/zookeeper.h>

static const char* servers;
static double end;
static double* waits;
static int waited;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char* what, int code) {
  fprintf(stderr, "zookeeper_locks: %s: %s\n", what, zerror(code));
  exit(1);
}

static void wake(zhandle_t* handle, int type, int state, const char* path, void* context) {
  (void)handle, (void)path;
  if (type == ZOO_SESSION_EVENT ? state == ZOO_CONNECTED_STATE : 1) sem_post(context);
}

/* The largest of those before `own`, or NULL where that is the first. */
static const char* before(const struct String_vector* all, const char* own) {
  const char* found = NULL;
  for (int i = 0; i < all->count; ++i)
    if (strcmp(all->data[i], own) < 0 && (!found || strcmp(all->data[i], found) > 0)) found = all->data[i];
  return found;
}

static void wait_for_turn(zhandle_t* handle, const char* own) {
  for (;;) {
    struct String_vector all;
    char path[256];
    sem_t gone;
    struct Stat stat;
    int code = zoo_get_children(handle, "/bench", 0, &all);
    if (code != ZOK) die("children", code);
    const char* other = before(&all, own);
    if (other) snprintf(path, sizeof path, "/bench/%s", other);
    deallocate_String_vector(&all);
    if (!other) return;
    sem_init(&gone, 0, 0);
    code = zoo_wexists(handle, path, wake, &gone, &stat);
    if (code == ZOK)
      sem_wait(&gone);
    else if (code != ZNONODE)
      die("exists", code);
  }
}

static void* work(void* unused) {
  sem_t connected;
  sem_init(&connected, 0, 0);
  zhandle_t* handle = zookeeper_init(servers, wake, 10000, NULL, &connected, 0);
  if (!handle) die("connect", ZSYSTEMERROR);
  sem_wait(&connected);
  zoo_create(handle, "/bench", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0);
  while (now() < end) {
    char own[256];
    double begin = now();
    int code = zoo_create(handle, "/bench/l-", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL | ZOO_SEQUENCE, own, sizeof own);
    if (code != ZOK) die("create", code);
    wait_for_turn(handle, strrchr(own, '/') + 1);
    pthread_mutex_lock(&lock);
    if ((waited & (waited - 1)) == 0) waits = realloc(waits, (waited ? 2 * waited : 1) * sizeof *waits);
    waits[waited++] = (now() - begin) * 1e3;
    pthread_mutex_unlock(&lock);
    code = zoo_delete(handle, own, -1);
    if (code != ZOK) die("delete", code);
  }
  zookeeper_close(handle);
  return unused;
}

static int by_size(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const double seconds = atof(argv[1]);
  const int clients = atoi(argv[2]);
  pthread_t* threads = calloc(clients, sizeof *threads);
  servers = argv[3];
  end = now() + seconds;
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
  for (int i = 0; i < clients; ++i) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < clients; ++i) pthread_join(threads[i], NULL);
  if (!waited) return 1;
  qsort(waits, waited, sizeof *waits, by_size);
  printf("%.0f %.2f %.2f\n", waited / seconds, waits[(waited - 1) / 2], waits[(waited - 1) * 99 / 100]);
  return 0;
}
