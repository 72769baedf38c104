/* The engine's stack, on which calls of C within C are, and which ends the program when it is full. See edit_source.py. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ANSWER = 512,
    /* Calls that every engine has room for; those where the host tells nothing. */
    SURELY = 150,
    USUALLY = 300,
    /* Bytes that such a call takes, at most, and usually at most; those that are kept for who handles the error. */
    CALL = 6144,
    USUAL_CALL = 3840,
    KEPT = 96 << 10,
    /* How often it is asked what is left: that takes up to a millisecond. */
    QUESTIONS = 64,
    /* Bytes that a step of the compiler takes, at most; steps for one of the limit's; the usual limit, for which there is always room. */
    STEP = 220,
    STEPS = 3,
    USUAL = 1000,
};

/* Calls up to which nothing is asked, and up to which nothing is asked again in this climb. */
int shadowbox_sure_depth = SURELY, shadowbox_most_depth = SURELY;
extern int shadowbox_depth;

static long stack_left(void)
{
    static const char name[] = "Max stack size";
    char answer[ANSWER + 1];
    int fd = open("/proc/self/limits", O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, answer, ANSWER);
    close(fd);
    answer[length > 0 ? length : 0] = 0;
    char *found = strstr(answer, name);
    return found ? strtol(found + sizeof name - 1, NULL, 10) : -1;
}

/* The stack is measured as it is climbed. Who climbs often has the depth that is surely there from then on. */
int shadowbox_stack_is_full(void)
{
    static int questions, enough;
    if (questions < QUESTIONS) {
        long left = stack_left();
        if (questions++ == 0)
            enough = left < 0 ? USUALLY : shadowbox_depth + (int)(left / USUAL_CALL);
        if (left >= 0 && left < KEPT)
            return 1;
        if (left >= 0) {
            shadowbox_most_depth = shadowbox_depth + 1 + (int)((left - KEPT) / CALL);
            return 0;
        }
        questions = QUESTIONS;
    }
    shadowbox_sure_depth = shadowbox_most_depth = enough;
    return shadowbox_depth > enough;
}

/* How deep the compiler may go where more than the usual limit is wanted. */
int shadowbox_compiler_limit(int limit)
{
    if (limit <= USUAL)
        return limit;
    long most = stack_left() / STEP / STEPS;
    if (most < USUAL)
        most = USUAL;
    return limit < most ? limit : (int)most;
}
