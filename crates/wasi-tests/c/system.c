// What a C library asks of its host besides files.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

static long long nanoseconds(clockid_t clock) {
  struct timespec now = {0, 0};
  if (clock_gettime(clock, &now) != 0) return -1;
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void clocks(void) {
  struct timespec resolution = {0, 0};
  holds("clock_getres of the monotonic clock", clock_getres(CLOCK_MONOTONIC, &resolution) == 0);
  holds("under a second", resolution.tv_sec == 0 && resolution.tv_nsec > 0);
  resolution.tv_nsec = 0;
  holds("clock_getres of the real one", clock_getres(CLOCK_REALTIME, &resolution) == 0 && resolution.tv_nsec > 0);
  long long before = nanoseconds(CLOCK_MONOTONIC);
  struct timespec wait = {0, 10000000};
  holds("nanosleep", nanosleep(&wait, NULL) == 0);
  long long slept = nanoseconds(CLOCK_MONOTONIC) - before;
  holds("10 ms", slept >= 10000000 && slept < 2000000000);
  struct timeval now;
  holds("gettimeofday", gettimeofday(&now, NULL) == 0 && now.tv_sec > 1600000000);
  long long apart = nanoseconds(CLOCK_REALTIME) - now.tv_sec * 1000000000LL - now.tv_usec * 1000LL;
  holds("as the real clock", apart >= 0 && apart < 2000000000);
}

static void chance(void) {
  unsigned char bytes[256];
  memset(bytes, 0, sizeof bytes);
  holds("getentropy", getentropy(bytes, sizeof bytes) == 0);
  int zeros = 0;
  for (size_t at = 0; at < sizeof bytes; at++) zeros += bytes[at] == 0;
  holds("of many kinds", zeros < 32);
}

static void sockets(void) {
  fails("shutdown of no descriptor", shutdown(4000, SHUT_RD), EBADF, EBADF);
  fails("shutdown of a stream", shutdown(STDOUT_FILENO, SHUT_RD), ENOTSOCK, ENOTSOCK);
  char byte;
  fails("recv of a stream", (int)recv(STDOUT_FILENO, &byte, 1, 0), ENOTSOCK, EBADF);
  fails("send to a stream", (int)send(STDOUT_FILENO, &byte, 1, 0), ENOTSOCK, EBADF);
}

static void waiting(void) {
  struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};
  holds("poll of output", poll(&out, 1, 1000) == 1 && (out.revents & POLLOUT) != 0);
  holds("poll of nothing", poll(NULL, 0, 5) == 0);
  holds("sched_yield", sched_yield() == 0);
}

static void streams(void) {
  char text[16] = "";
  holds("scanf from standard input", scanf("%15s", text) == 1 && strcmp(text, "input") == 0);
  holds("the end of it", getchar() == '\n' && getchar() == EOF && feof(stdin));
  holds("standard error", fprintf(stderr, "an error\n") > 0);
  fails("read from standard output", (int)read(STDOUT_FILENO, text, 1), EBADF, EBADF);
  holds("getcwd", getcwd(text, sizeof text) != NULL && strcmp(text, "/") == 0);
}

static void variables(int argc, char **argv) {
  holds("argc", argc == 2 && argv[2] == NULL);
  holds("argv", strcmp(argv[0], "system") == 0 && strcmp(argv[1], "an argument") == 0);
  const char *value = getenv("NAME");
  holds("getenv", value != NULL && strcmp(value, "its value") == 0);
  holds("getenv of none", getenv("OTHER") == NULL);
  void *memory = malloc(8 << 20);
  holds("malloc of 8 MiB", memory != NULL);
  free(memory);
}

int main(int argc, char **argv) {
  variables(argc, argv);
  clocks();
  chance();
  sockets();
  waiting();
  streams();
  return failed;
}
