"""multiprocessing where no process can be forked: work is done in this process, in order, when it is submitted.

Process.start() runs the target to its end; a Pool computes at once. What the work changes is therefore seen by the caller."""

import itertools
import os
import queue
import sys
import threading
import traceback

__all__ = """Process Pool Queue JoinableQueue SimpleQueue Pipe Lock RLock Semaphore BoundedSemaphore Event Condition Barrier Value
Array RawValue RawArray Manager cpu_count current_process parent_process active_children freeze_support get_context
get_start_method set_start_method get_all_start_methods get_logger log_to_stderr ProcessError BufferTooShort TimeoutError
AuthenticationError""".split()


class ProcessError(Exception):
    pass


class BufferTooShort(ProcessError):
    pass


class TimeoutError(ProcessError):
    pass


class AuthenticationError(ProcessError):
    pass


class _Main:
    name = "MainProcess"
    daemon = False
    exitcode = None
    authkey = b""

    @property
    def pid(self):
        return os.getpid()

    ident = pid

    def is_alive(self):
        return True

    def __repr__(self):
        return "<_MainProcess name='MainProcess' parent=None started>"


_main = _Main()
_current = [_main]
_numbers = itertools.count(1)


class Process:
    """Runs `target(*args, **kwargs)` inside start()."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}, *, daemon=None):
        self._number = next(_numbers)
        self.name = name or f"Process-{self._number}"
        self.daemon = bool(daemon)
        self.exitcode = None
        self.pid = None
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs)

    @property
    def ident(self):
        return self.pid

    def run(self):
        if self._target:
            self._target(*self._args, **self._kwargs)

    def start(self):
        assert self.pid is None, "cannot start a process twice"
        self.pid = os.getpid() + self._number
        _current.append(self)
        try:
            self.run()
            self.exitcode = 0
        except SystemExit as end:
            code = end.code
            if code is not None and not isinstance(code, int):
                print(code, file=sys.stderr)
            self.exitcode = 0 if code is None else code if isinstance(code, int) else 1
        except BaseException:
            self.exitcode = 1
            print(f"Process {self.name}:", file=sys.stderr)
            traceback.print_exc()
        finally:
            _current.pop()

    def join(self, timeout=None):
        assert self.pid is not None, "can only join a started process"

    def is_alive(self):
        return self in _current

    def terminate(self):
        pass

    kill = close = terminate

    def __repr__(self):
        state = "initial" if self.pid is None else f"stopped exitcode={self.exitcode}"
        return f"<{type(self).__name__} name={self.name!r} parent={os.getpid()} {state}>"


class SimpleQueue(queue.SimpleQueue):
    def close(self):
        pass


class JoinableQueue(queue.Queue):
    def close(self):
        pass

    join_thread = cancel_join_thread = close


class Queue(JoinableQueue):
    pass


class _Connection:
    def __init__(self, incoming, outgoing):
        self._incoming, self._outgoing = incoming, outgoing
        self.closed = False

    def send(self, item):
        self._outgoing.append(item)

    def recv(self):
        if not self._incoming:
            raise EOFError
        return self._incoming.pop(0)

    send_bytes, recv_bytes = send, recv

    def poll(self, timeout=0.0):
        return bool(self._incoming)

    def close(self):
        self.closed = True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def Pipe(duplex=True):
    one, other = [], []
    return _Connection(one, other), _Connection(other, one)


Lock, RLock, Event, Condition, Barrier = threading.Lock, threading.RLock, threading.Event, threading.Condition, threading.Barrier
Semaphore, BoundedSemaphore = threading.Semaphore, threading.BoundedSemaphore


class _Shared:
    def __init__(self, value, lock):
        self.value = value
        self._lock = lock

    def get_lock(self):
        return self._lock

    def get_obj(self):
        return self

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *exc):
        return self._lock.__exit__(*exc)


class _SharedArray(list):
    _lock = threading.RLock()

    def get_lock(self):
        return self._lock

    def get_obj(self):
        return self


def Value(typecode_or_type, *args, lock=True):
    default = {"d": 0.0, "f": 0.0, "c": b"\0"}.get(typecode_or_type, 0)
    return _Shared(args[0] if args else default, threading.RLock())


def Array(typecode_or_type, size_or_initializer, *, lock=True):
    if isinstance(size_or_initializer, int):
        return _SharedArray([Value(typecode_or_type).value] * size_or_initializer)
    return _SharedArray(size_or_initializer)


RawValue, RawArray = Value, Array


class _Manager:
    """The objects themselves stand for proxies."""

    dict, list, Queue, JoinableQueue = dict, list, Queue, JoinableQueue
    Lock, RLock, Event, Condition, Semaphore = Lock, RLock, Event, Condition, Semaphore
    Value, Array = staticmethod(Value), staticmethod(Array)

    class Namespace:
        def __init__(self, **values):
            self.__dict__.update(values)

    def start(self):
        pass

    shutdown = start

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


def Manager():
    return _Manager()


def Pool(processes=None, initializer=None, initargs=(), maxtasksperchild=None):
    from .pool import Pool as Pool_
    return Pool_(processes, initializer, initargs, maxtasksperchild)


def cpu_count():
    return os.cpu_count() or 1


def current_process():
    return _current[-1]


def parent_process():
    return None if len(_current) == 1 else _current[-2]


def active_children():
    return []


def freeze_support():
    pass


def get_start_method(allow_none=False):
    return "fork"


def set_start_method(method, force=False):
    if method not in get_all_start_methods():
        raise ValueError(f"cannot find context for {method!r}")


def get_all_start_methods():
    return ["fork", "spawn", "forkserver"]


def get_context(method=None):
    if method is not None:
        set_start_method(method)
    return sys.modules[__name__]


def get_logger():
    import logging
    return logging.getLogger("multiprocessing")


def log_to_stderr(level=None):
    import logging
    logger = get_logger()
    logger.addHandler(logging.StreamHandler())
    if level:
        logger.setLevel(level)
    return logger
