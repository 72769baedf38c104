"""Resource usage as far as it can be known: time of this process. Limits are the sandbox's and cannot be changed."""

import time as _time

error = OSError
RLIM_INFINITY = -1
RUSAGE_SELF, RUSAGE_CHILDREN = 0, -1
(RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE,
 RLIMIT_MEMLOCK, RLIMIT_AS) = range(10)


class struct_rusage(tuple):
    __slots__ = ()


for _place, _name in enumerate(("ru_utime", "ru_stime", "ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt",
                                "ru_majflt", "ru_nswap", "ru_inblock", "ru_oublock", "ru_msgsnd", "ru_msgrcv",
                                "ru_nsignals", "ru_nvcsw", "ru_nivcsw")):
    setattr(struct_rusage, _name, property(lambda self, place=_place: self[place]))


def getrusage(who, /):
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN):
        raise ValueError("invalid who parameter")
    used = _time.process_time() if who == RUSAGE_SELF else 0.0
    return struct_rusage((used, 0.0) + (0,) * 14)


def getrlimit(resource, /):
    if resource not in range(10):
        raise ValueError("invalid resource specified")
    return (256, 256) if resource == RLIMIT_NOFILE else (RLIM_INFINITY, RLIM_INFINITY)


def setrlimit(resource, limits, /):
    if tuple(limits) != getrlimit(resource):
        raise ValueError("not allowed to change limits: they are the sandbox's")


def getpagesize():
    return 65536
