// One line per check on standard output, the same on every host that passes it.
#ifndef REPORT_H
#define REPORT_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int failed;

static void holds(const char *name, int condition) {
  if (condition) {
    printf("ok %s\n", name);
  } else {
    printf("FAILED %s (errno %s)\n", name, strerror(errno));
    failed = 1;
  }
}

// A call that fails, with one of two errors.
static void fails(const char *name, int answer, int expected, int other) {
  holds(name, answer == -1 && (errno == expected || errno == other));
}

#endif
