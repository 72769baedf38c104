/* Signals from others, and alarms. The host keeps a signal that has a handler until it is asked for; it is asked where
   CPython looks for signals: when a system call was interrupted, and now and then while Python code runs. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#include "rpc.h"
#include "shadowbox/libc.h"

void (*__real_signal(int number, void (*handler)(int)))(int);
int __real_raise(int number);

enum { DEFAULT, IGNORE, CATCH };
enum { SIGNALS = 32, NANOSECONDS = 1000000000, MICROSECOND = 1000 };

/* Whether signals may come in. Read by CPython's loop: see edit_source.py. */
int shadowbox_signals_watched;
int shadowbox_signal_clock;

static uint32_t handled;
/* Nanoseconds between alarms; 0: the next is the last. */
static uint64_t interval;
static int alarm_set;

static void watch(void)
{
    shadowbox_signals_watched = handled != 0 || alarm_set;
}

/* Tells the host what a signal does to this process; what it did before. */
static int tell(int number, int disposition)
{
    int saved = errno, before = DEFAULT;
    rpc_begin(RPC_SIGNAL);
    rpc_put_u32((uint32_t)number);
    rpc_put_u32((uint32_t)disposition);
    if (rpc_call() == 0)
        before = (int)rpc_get_u32();
    errno = saved;
    return before;
}

void (*__wrap_signal(int number, void (*handler)(int)))(int)
{
    void (*before)(int) = __real_signal(number, handler);
    if (before == SIG_ERR || number <= 0 || number >= SIGNALS || !rpc_present())
        return before;
    uint32_t mask = handler == SIG_DFL || handler == SIG_IGN ? 0 : 1u << number;
    if (before != handler)
        tell(number, handler == SIG_DFL ? DEFAULT : handler == SIG_IGN ? IGNORE : CATCH);
    handled = (handled & ~(1u << number)) | mask;
    watch();
    return before;
}

/* A process that starts from the snapshot: its host does not know yet that CPython ignores SIGPIPE, for EPIPE's sake, and that
   it handles SIGINT. 0 if its parent had that ignored, as a shell does of what it leaves in the background. */
int shadowbox_signals_begin(void)
{
    if (!rpc_present())
        return 1;
    tell(SIGPIPE, IGNORE);
    if (tell(SIGINT, CATCH) == IGNORE) {
        tell(SIGINT, IGNORE);
        return 0;
    }
    handled |= 1u << SIGINT;
    watch();
    return 1;
}

static uint64_t ask_alarm(uint64_t after)
{
    rpc_begin(RPC_ALARM);
    rpc_put_u32((uint32_t)after);
    rpc_put_u32((uint32_t)(after >> 32));
    return rpc_call() < 0 ? 0 : rpc_get_u64();
}

/* Called by CPython where signals are watched: runs the handlers of those that came. The host's sched_yield tells whether there
   are any, at a fraction of a request's price. */
void shadowbox_take_signals(void)
{
    if (__wasi_sched_yield() == 0)
        return;
    int saved = errno;
    rpc_begin(RPC_SIGNALS);
    uint32_t came = rpc_call() < 0 ? 0 : rpc_get_u32();
    if (came & 1u << SIGALRM) {
        alarm_set = interval != 0;
        if (interval)
            ask_alarm(interval);
        watch();
    }
    for (int number = 1; number < SIGNALS; number++)
        if (came & handled & 1u << number)
            __real_raise(number);
    errno = saved;
}

static uint64_t nanoseconds(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * NANOSECONDS + (uint64_t)time->tv_usec * MICROSECOND;
}

static struct timeval as_time(uint64_t ns)
{
    return (struct timeval){.tv_sec = (time_t)(ns / NANOSECONDS), .tv_usec = (suseconds_t)(ns % NANOSECONDS / MICROSECOND)};
}

int setitimer(int which, const struct itimerval *new, struct itimerval *old)
{
    if (which != ITIMER_REAL || !rpc_present()) {
        errno = rpc_present() ? EINVAL : ENOSYS;
        return -1;
    }
    uint64_t after = nanoseconds(&new->it_value), left = ask_alarm(after);
    if (old)
        *old = (struct itimerval){.it_interval = as_time(interval), .it_value = as_time(left)};
    interval = after ? nanoseconds(&new->it_interval) : 0;
    alarm_set = after != 0;
    watch();
    return 0;
}

int getitimer(int which, struct itimerval *value)
{
    struct itimerval none = {{0, 0}, {0, 0}};
    uint64_t kept = interval;
    if (setitimer(which, &none, value) < 0)
        return -1;
    struct itimerval again = {.it_interval = as_time(kept), .it_value = value->it_value};
    return setitimer(which, &again, NULL);
}

unsigned alarm(unsigned seconds)
{
    struct itimerval new = {.it_value = {.tv_sec = (time_t)seconds}}, old = {{0, 0}, {0, 0}};
    if (setitimer(ITIMER_REAL, &new, &old) < 0)
        return 0;
    return (unsigned)old.it_value.tv_sec + (old.it_value.tv_usec >= 500000 || (old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0));
}

/* libc's answers ENOTSUP where it should say that a signal came. */
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *rest)
{
    __wasi_subscription_t sleep = {.u.tag = __WASI_EVENTTYPE_CLOCK};
    __wasi_event_t event;
    __wasi_size_t count;
    sleep.u.u.clock.id = clock == CLOCK_MONOTONIC ? __WASI_CLOCKID_MONOTONIC : __WASI_CLOCKID_REALTIME;
    sleep.u.u.clock.flags = flags & TIMER_ABSTIME ? __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME : 0;
    if (request->tv_sec < 0 || request->tv_nsec < 0 || request->tv_nsec >= NANOSECONDS)
        return EINVAL;
    sleep.u.u.clock.timeout = (uint64_t)request->tv_sec * NANOSECONDS + (uint64_t)request->tv_nsec;
    (void)rest;
    return __wasi_poll_oneoff(&sleep, &event, 1, &count);
}

int pause(void)
{
    while (usleep(1000000000) == 0)
        ;
    return -1;
}
