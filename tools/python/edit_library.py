"""Changes to CPython's Python modules for a host that starts programs and knows users but has neither fork nor threads."""

HOST = 'sys.platform in {"emscripten", "vxworks", "wasi"}'
NO_HOST = 'sys.platform in {"emscripten", "vxworks"}'

SOCKETS = '''_USE = "urllib.request, http.client and requests reach what the sandbox's network policy allows"

EAI_NONAME = -2

def _refusal():
    return OSError(95, f"there are no sockets in this sandbox; {_USE}")

def _unknown(host):
    return gaierror(EAI_NONAME, f"{host!r} is not looked up in this sandbox; {_USE}")

def _numeric(host):
    return "127.0.0.1" if host in ("localhost", b"localhost", gethostname()) else host

def gethostbyname(hostname):
    return gethostbyname_ex(hostname)[2][0]

def gethostbyname_ex(hostname):
    for *_, address in getaddrinfo(hostname, 0, AF_INET):
        return hostname, [], [address[0]]

def gethostbyaddr(ip_address):
    if _numeric(ip_address) not in ("127.0.0.1", "::1"):
        raise herror(1, f"{ip_address!r} is not looked up in this sandbox; {_USE}")
    return "localhost", [], ["127.0.0.1"]

'''

# path → (old, new) …; each old text must be there.
EDITS = {
    "subprocess.py": [
        ('_can_fork_exec = sys.platform not in {"emscripten", "wasi"}', '_can_fork_exec = sys.platform != "emscripten"'),
    ],
    # P_WAIT and P_NOWAIT without fork.
    "os.py": [
        ('if _exists("fork") and not _exists("spawnv") and _exists("execv"):', 'if not _exists("spawnv") and _exists("posix_spawn"):'),
        (
            """        pid = fork()
        if not pid:
            # Child
            try:
                if env is None:
                    func(file, args)
                else:
                    func(file, args, env)
            except:
                _exit(127)
        else:
            # Parent
            if mode == P_NOWAIT:
                return pid # Caller is responsible for waiting!
            while 1:
                wpid, sts = waitpid(pid, 0)
                if WIFSTOPPED(sts):
                    continue

                return waitstatus_to_exitcode(sts)
""",
            """        start = posix_spawnp if func in (execvp, execvpe) else posix_spawn
        try:
            pid = start(file, args, environ if env is None else env)
        except OSError:
            # As a child that could not become the program.
            pid = posix_spawn("/bin/sh", ["sh", "-c", "exit 127"], {})
        if mode == P_NOWAIT:
            return pid
        return waitstatus_to_exitcode(waitpid(pid, 0)[1])
""",
        ),
        # There is one processor.
        (
            "def _fspath(path):\n",
            """def sched_getaffinity(pid, /):
    return {0}

def getloadavg():
    \"\"\"Return average number of processes in the run queue over the last 1, 5, and 15 minutes.\"\"\"
    try:
        import io
        with io.open("/proc/loadavg") as file:
            return tuple(map(float, file.read().split()[:3]))
    except (OSError, ValueError):
        raise OSError("Load averages are unobtainable") from None

def _fspath(path):
""",
        ),
    ],
    "site.py": [
        (HOST, NO_HOST),
        (
            """    known_paths = venv(known_paths)
    if ENABLE_USER_SITE is None:
""",
            """    from _installed import install
    install()
    known_paths = venv(known_paths)
    if ENABLE_USER_SITE is None:
""",
        ),
    ],
    # The interpreter's file cannot be read.
    "platform.py": [
        (
            """        executable = sys.executable

        if not executable:
""",
            """        return "musl", ""

        if not executable:
""",
        ),
    ],
    "sysconfig.py": [(HOST, NO_HOST)],
    # There is no OpenSSL that would do it instead.
    "hashlib.py": [
        (
            """        _warn(
            "Python implementation of pbkdf2_hmac() is deprecated.",
            category=DeprecationWarning,
            stacklevel=2
        )
""",
            "",
        ),
    ],
    # There is one thread: a started one runs to its end inside start().
    "threading.py": [
        (
            """        with _active_limbo_lock:
            _limbo[self] = self
        try:
            _start_new_thread(self._bootstrap, ())
        except Exception:
            with _active_limbo_lock:
                del _limbo[self]
            raise
        self._started.wait()
""",
            """        self._run_inline()

    def _run_inline(self):
        ident = get_ident()
        outer = _active.get(ident)
        self._set_ident()
        self._started.set()
        _active[ident] = self
        try:
            if _trace_hook:
                _sys.settrace(_trace_hook)
            self.run()
        except SystemExit:
            pass
        except BaseException:
            self._invoke_excepthook(self)
        finally:
            self._is_stopped = True
            if outer is None:
                _active.pop(ident, None)
            else:
                _active[ident] = outer
""",
        ),
    ],
    "concurrent/futures/thread.py": [
        (
            """            self._work_queue.put(w)
            self._adjust_thread_count()
            return f
""",
            """            if self._initializer is not None:
                initializer, self._initializer = self._initializer, None
                try:
                    initializer(*self._initargs)
                except BaseException:
                    _base.LOGGER.critical('Exception in initializer:', exc_info=True)
                    self._broken = 'A thread initializer failed, the thread pool is not usable anymore'
                    f.set_exception(BrokenThreadPool(self._broken))
                    return f
        w.run()
        return f
""",
        ),
    ],
    "http/client.py": [
        (
            """        self.sock = self._create_connection(
            (self.host,self.port), self.timeout, self.source_address)
""",
            """        from _fetch import Connection
        scheme = "https" if self.default_port == HTTPS_PORT else "http"
        self.sock = Connection(scheme, self.host, self.port, self.timeout)
""",
        ),
    ],
    "venv/__init__.py": [
        (
            """        self._call_new_python(context, '-m', 'ensurepip', '--upgrade',
                              '--default-pip', stderr=subprocess.STDOUT)
""",
            """        # It is part of the library.
        for name in ("pip", "pip3"):
            path = os.path.join(context.bin_path, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"#!{context.env_exe}\\nimport sys\\nfrom pip import main\\nsys.exit(main())\\n")
            os.chmod(path, 0o755)
""",
        ),
    ],
    "socket.py": [
        ("class socket(_socket.socket):\n", SOCKETS + "class socket(_socket.socket):\n"),
        (
            "        _socket.socket.__init__(self, family, type, proto, fileno)\n",
            """        if fileno is None:
            raise _refusal()
        _socket.socket.__init__(self, family, type, proto, fileno)
""",
        ),
        (
            """    host, port = address
    exceptions = []
""",
            """    raise _refusal()
    host, port = address
    exceptions = []
""",
        ),
        ("        a, b = _socket.socketpair(family, type, proto)\n", "        raise _refusal()\n"),
        (
            "    for res in _socket.getaddrinfo(host, port, family, type, proto, flags):\n",
            """    try:
        found = _socket.getaddrinfo(_numeric(host), port, family, type, proto, flags)
    except gaierror:
        raise _unknown(host) from None
    for res in found:
""",
        ),
    ],
    "asyncio/selector_events.py": [
        (
            """        self._ssock, self._csock = socket.socketpair()
        self._ssock.setblocking(False)
        self._csock.setblocking(False)
        self._internal_fds += 1
        self._add_reader(self._ssock.fileno(), self._read_from_self)
""",
            """        # Nothing outside this thread wakes the loop.
        self._ssock = self._csock = None
""",
        ),
        (
            """        self._remove_reader(self._ssock.fileno())
        self._ssock.close()
        self._ssock = None
        self._csock.close()
        self._csock = None
        self._internal_fds -= 1
""",
            "        pass\n",
        ),
    ],
    "asyncio/unix_events.py": [
        # The writing end of a pipe tells nothing of its reader.
        ('if is_socket or (is_fifo and not sys.platform.startswith("aix")):', "if is_socket:"),
        (
            "self._watcher = ThreadedChildWatcher()",
            "self._watcher = _PollingChildWatcher()",
        ),
        (
            "class _UnixDefaultEventLoopPolicy(",
            '''class _PollingChildWatcher(AbstractChildWatcher):
    """Looks after children from the loop itself: there is neither SIGCHLD nor a second thread."""

    def attach_loop(self, loop):
        pass

    def close(self):
        pass

    def is_active(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def remove_child_handler(self, pid):
        return True

    def add_child_handler(self, pid, callback, *args):
        self._check(events.get_running_loop(), 0.0005, pid, callback, args)

    def _check(self, loop, delay, pid, callback, args):
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            ended, status = pid, 255 << 8
        if ended == 0:
            loop.call_later(delay, self._check, loop, min(delay * 2, 0.02), pid, callback, args)
        else:
            loop.call_soon(callback, pid, waitstatus_to_exitcode(status), *args)


class _UnixDefaultEventLoopPolicy(''',
        ),
    ],
}

PROCESS_POOL = '''"""ProcessPoolExecutor where no process can be forked: submitted calls run at once, in this process."""

from concurrent.futures import _base
from concurrent.futures.thread import ThreadPoolExecutor as _InlineExecutor


class BrokenProcessPool(_base.BrokenExecutor):
    """Kept for the sake of code that catches it."""


class ProcessPoolExecutor(_InlineExecutor):
    def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=(), *, max_tasks_per_child=None):
        super().__init__(max_workers, "", initializer, initargs)

    def map(self, fn, *iterables, timeout=None, chunksize=1):
        if chunksize < 1:
            raise ValueError("chunksize must be >= 1.")
        return super().map(fn, *iterables, timeout=timeout)
'''

# Takes the place of the class whose TLS is its own.
HTTPS = '''class HTTPSConnection(HTTPConnection):
    "HTTPS, whose TLS is the sandbox's host's."

    default_port = HTTPS_PORT

    def __init__(self, *args, key_file=None, cert_file=None, context=None, check_hostname=None, **named):
        if key_file or cert_file:
            raise ValueError("client certificates are for the sandbox's host to set")
        super().__init__(*args, **named)

__all__.append("HTTPSConnection")

'''

# path → (start, end, text): the text takes the place of what is from the start up to the end.
EXCHANGED = {"http/client.py": ("try:\n    import ssl\n", "class HTTPException(Exception):", HTTPS)}

REPLACED = {"concurrent/futures/process.py": PROCESS_POOL}


def edit_library(folder):
    """Changes the library in `folder`, before any of it is frozen into the interpreter."""
    for path, text in REPLACED.items():
        (folder / path).write_text(text)
    for path, (start, end, new) in EXCHANGED.items():
        text = (folder / path).read_text()
        before, found, rest = text.partition(start)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise SystemExit(f"edit_library.py: {path}: expected {start!r} and {end!r}, they are not there")
        (folder / path).write_text(before + new + end + after)
    for path, changes in EDITS.items():
        text = (folder / path).read_text()
        for old, new in changes:
            if old not in text:
                raise SystemExit(f"edit_library.py: {path}: expected {old!r}, it is not there")
            text = text.replace(old, new)
        (folder / path).write_text(text)
