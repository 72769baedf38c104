# --- ast renames a function
import ast
class R(ast.NodeTransformer):
    def visit_FunctionDef(self, n):
        self.generic_visit(n)
        if n.name == "old_name": n.name = "renamed"
        return n
    def visit_Name(self, n):
        if n.id == "old_name": n.id = "renamed"
        return n
print(ast.unparse(R().visit(ast.parse(open("src/app/util.py").read()))))
# --- ast lists functions and their calls
import ast, pathlib
for p in sorted(pathlib.Path("src").rglob("*.py")):
    for n in ast.walk(ast.parse(p.read_text())):
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)):
            calls = sorted({ast.unparse(c.func) for c in ast.walk(n) if isinstance(c, ast.Call)})
            print(f"{p}:{n.lineno}: {type(n).__name__} {n.name} {calls}")
# --- ast dump
import ast
print(ast.dump(ast.parse("x: int = f(1, *a, k=2) if not b else [i for i in c]"), indent=1))
print(ast.literal_eval("{'a': (1, -2.5, None), 'b': {1}}"))
ast.literal_eval("f()")
# --- unused imports
import ast
tree = ast.parse(open("src/app/core.py").read())
imported = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
print(sorted(imported - used))
# --- dataclasses
import dataclasses
@dataclasses.dataclass(order=True, frozen=True)
class V:
    major: int
    minor: int = 0
    tags: tuple = dataclasses.field(default=(), compare=False, repr=False)
    def __post_init__(self):
        if self.major < 0: raise ValueError("negative")
print(V(1, 2) < V(2), V(1), dataclasses.asdict(V(1, 2)), dataclasses.replace(V(1), minor=5), {V(1): "x"}[V(1, 0, ("t",))])
V(1).major = 3
# --- enum flags
import enum
class C(enum.Enum):
    RED = 1
    BLUE = enum.auto()
class F(enum.Flag):
    R = 1; W = 2; X = 4
print(list(C), C(1), C["BLUE"].value, F.R | F.X, F(3) & F.W, bool(F(0)), enum.IntEnum("N", "A B").B + 1)
C(9)
# --- argparse help
import argparse
p = argparse.ArgumentParser(prog="tool", description="Does things.", epilog="Bye.")
p.add_argument("path", nargs="+", help="files")
p.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how many (default: %(default)s)")
p.add_argument("--mode", choices=["fast", "slow"])
s = p.add_mutually_exclusive_group()
s.add_argument("-v", action="store_true"); s.add_argument("-q", action="count", default=0)
p.print_help()
print(p.parse_args(["a", "b", "-n7", "--mode=fast", "-qq"]))
p.parse_args(["a", "--mode", "medium"])
# --- argparse subcommands
import argparse
p = argparse.ArgumentParser(prog="git")
sub = p.add_subparsers(dest="command", required=True)
c = sub.add_parser("commit", help="record"); c.add_argument("-m", required=True)
print(vars(p.parse_args(["commit", "-m", "x"])))
p.parse_args(["push"])
# --- unittest run
import unittest
class T(unittest.TestCase):
    def setUp(self): self.x = [1]
    def test_ok(self): self.assertEqual(self.x, [1])
    def test_sub(self):
        for i in range(2):
            with self.subTest(i=i): self.assertLess(i, 2)
    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "bad"): raise ValueError("bad")
    @unittest.skip("later")
    def test_skip(self): pass
r = unittest.TextTestRunner(stream=open("result.txt", "w"), verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(r.testsRun, len(r.failures), len(r.skipped))
print("".join(line for line in open("result.txt") if line.startswith("test_")))
# --- unittest of the project
import subprocess, sys, os, re
r = subprocess.run([sys.executable, "-m", "unittest", "discover", "-s", "src/tests", "-t", "src", "-v"], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src"})
print(r.returncode, r.stdout, re.sub(r"in [\d.]+s", "in Ns", r.stderr))
# --- unittest failure text
import unittest, io, re
class T(unittest.TestCase):
    def test_a(self): self.assertEqual({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]})
    def test_b(self): 1 / 0
out = io.StringIO()
unittest.TextTestRunner(stream=out).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(re.sub(r"in [\d.]+s", "in Ns", re.sub(r'File ".*/', 'File "', out.getvalue())))
# --- mock and patch
from unittest import mock
import os
with mock.patch("os.getcwd", return_value="/x") as m:
    print(os.getcwd(), m.call_count)
f = mock.Mock(side_effect=[1, ValueError("no")])
print(f(3), f.call_args)
try: f()
except ValueError as e: print(e)
mock.Mock().method.assert_called_once_with(1)
# --- doctest
import doctest
def f(x):
    """
    >>> f(2)
    4
    >>> f("a")
    'b'
    """
    return x * 2
print(doctest.testmod())
# --- decorators and closures
import functools
def log(fn):
    @functools.wraps(fn)
    def w(*a, **k):
        print("call", fn.__name__, a, k)
        return fn(*a, **k)
    return w
@log
@functools.lru_cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(30), fib.__wrapped__.cache_info().hits, functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(int, base=2)("101"))
# --- generators and itertools
import itertools as it
def g():
    x = yield 1
    while True: x = yield x * 2
c = g(); print(next(c), c.send(5), c.send(6)); c.close()
print(list(it.islice(it.accumulate(it.count(1)), 5)), list(it.combinations("abc", 2)), list(it.zip_longest("ab", "c", fillvalue="-")), [list(v) for _, v in it.groupby("aabbc")], list(it.pairwise([1, 2, 3])), list(it.product([0, 1], repeat=2)), list(it.chain.from_iterable(["ab", "c"])), list(it.starmap(pow, [(2, 3)])), list(it.takewhile(lambda x: x < 3, it.count())))
# --- context managers
import contextlib
@contextlib.contextmanager
def cm(n):
    print("in", n)
    try: yield n
    finally: print("out", n)
with contextlib.ExitStack() as s, contextlib.suppress(KeyError):
    [s.enter_context(cm(i)) for i in range(3)]
    raise KeyError("x")
with contextlib.redirect_stdout(open("captured.txt", "w")): print("hidden")
print(open("captured.txt").read())
# --- pattern matching
def f(x):
    match x:
        case {"type": "point", "at": [a, b]}: return f"point {a},{b}"
        case [1, *rest] if rest: return f"rest {rest}"
        case str(s) | bytes(s): return f"text {s}"
        case int() | float(): return "number"
        case None: return "none"
        case _: return "other"
print([f(v) for v in ({"type": "point", "at": [1, 2]}, [1, 2, 3], [1], "s", b"b", 2.5, None, {})])
# --- metaclass and descriptors
class Reg(type):
    all = []
    def __new__(m, n, b, d): c = super().__new__(m, n, b, d); m.all.append(n); return c
class A(metaclass=Reg): pass
class B(A):
    def __init_subclass__(cls, tag=None): cls.tag = tag
class C(B, tag="t"):
    __slots__ = ("x",)
    @property
    def y(self): return self.x + 1
    @y.setter
    def y(self, v): self.x = v - 1
c = C(); c.y = 5
print(Reg.all, C.tag, c.x, c.y, C.__mro__, isinstance(c, A))
# --- abstract and protocol
import abc, typing
class S(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class P(typing.Protocol):
    def area(self) -> float: ...
print(typing.get_type_hints(P.area), typing.Optional[int], list[int] | None, typing.get_args(dict[str, int]))
S()
# --- inspect signature and source
import inspect, json
def f(a, /, b: int = 2, *c, d, **e) -> str: "doc"
print(inspect.signature(f), inspect.getdoc(f), inspect.getsource(f), list(inspect.signature(json.dumps).parameters)[:4])
print(inspect.getsource(json.loads).splitlines()[0], inspect.isbuiltin(len))
# --- compile exec eval
ns = {}
exec(compile("def f(x):\n return x + k\nk = 3", "<made>", "exec"), ns)
print(ns["f"](2), eval("[i ** 2 for i in range(4)]"), eval("a + b", {"a": 1}, {"b": 2}))
exec("def broken(:\n pass")
# --- dis shows code
import dis, io
out = io.StringIO()
dis.dis(lambda x: x + 1, file=out)
print([line.split()[-1] if False else line.split()[1 if line.split()[0].isdigit() and not line.split()[1].isdigit() else 1] for line in out.getvalue().splitlines() if line.strip()][:4])
# --- weakref and gc
import weakref, gc
class N: pass
n = N(); r = weakref.ref(n); d = weakref.WeakValueDictionary(k=n)
n.me = n; del n; gc.collect()
print(r(), len(d))
# --- copy and equality
import copy
a = [1, [2, {"k": (3,)}]]
b = copy.deepcopy(a); b[1][1]["k"] = 0
print(a, b, copy.copy(a)[1] is a[1], [1, 2] == (1, 2), {1: 2} | {3: 4}, {1, 2} ^ {2, 3}, (1, 2) < (1, 3))
# --- heap bisect deque
import heapq, bisect, collections
h = []; [heapq.heappush(h, x) for x in (5, 1, 4)]
print(heapq.heappop(h), h, heapq.nsmallest(2, [3, 1, 2]), list(heapq.merge([1, 4], [2, 3])), bisect.bisect([1, 2, 2, 3], 2))
d = collections.deque([1, 2, 3], maxlen=3); d.append(4); d.rotate(1)
print(d, collections.OrderedDict(a=1), collections.ChainMap({"a": 1}, {"b": 2})["b"], collections.namedtuple("P", "x y")(1, 2)._asdict())
# --- graph search and topological order
import collections, graphlib
g = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"], "e": []}
def bfs(s, t):
    q, seen = collections.deque([[s]]), {s}
    while q:
        p = q.popleft()
        if p[-1] == t: return p
        for n in g[p[-1]]:
            if n not in seen: seen.add(n); q.append(p + [n])
print(bfs("a", "e"), list(graphlib.TopologicalSorter({"d": {"b", "c"}, "b": {"a"}}).static_order())[-1])
list(graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())
# --- recursion depth
import sys
def depth(n):
    return n if n == 900 else depth(n + 1)
print(depth(0), sys.getrecursionlimit())
def hanoi(n, a, b, c): return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(12, "a", "b", "c"))
# --- endless recursion is caught
def f(): return f()
try: f()
except RecursionError as e: print("RecursionError:", e)
# --- deep recursion with a raised limit
import sys
sys.setrecursionlimit(20000)
def f(n): return 0 if n == 0 else 1 + f(n - 1)
print(f(15000))
# --- threads and queue
import threading, queue
q = queue.Queue()
ts = [threading.Thread(target=lambda i=i: q.put(i * i)) for i in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
print(sorted(q.get() for _ in range(4)), threading.current_thread().name, threading.Lock().acquire())
# --- thread pool map
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(4) as p:
    print(list(p.map(lambda x: x ** 2, range(5))))
    fs = [p.submit(int, s) for s in ("1", "x")]
    for f in fs: print(f.exception() or f.result())
# --- asyncio gather and queues
import asyncio
async def w(n, q):
    await asyncio.sleep(0.01 * n); await q.put(n); return n
async def main():
    q = asyncio.Queue()
    print(await asyncio.gather(*(w(i, q) for i in (3, 1, 2))))
    print([q.get_nowait() for _ in range(3)])
    try: await asyncio.wait_for(asyncio.sleep(5), 0.01)
    except asyncio.TimeoutError as e: print("timeout", repr(e))
    async with asyncio.TaskGroup() as g: t = g.create_task(w(0, q))
    print(t.result(), (await asyncio.wait_for(q.get(), 1)))
asyncio.run(main())
# --- asyncio subprocess
import asyncio
async def main():
    p = await asyncio.create_subprocess_exec("sort", "-n", stdin=-1, stdout=-1)
    out, _ = await p.communicate(b"10\n9\n1\n")
    print(out, p.returncode)
    p = await asyncio.create_subprocess_shell("echo hi; exit 3", stdout=asyncio.subprocess.PIPE)
    print(await p.stdout.read(), await p.wait())
asyncio.run(main())
# --- context vars and signals
import contextvars, signal
v = contextvars.ContextVar("v", default=1)
t = v.set(2); print(v.get()); v.reset(t); print(v.get(), contextvars.copy_context().run(v.get))
signal.signal(signal.SIGTERM, lambda s, f: print("got", signal.Signals(s).name))
signal.raise_signal(signal.SIGTERM)
print(signal.SIGINT, int(signal.SIGKILL))
# --- multiprocessing pool
import multiprocessing
def sq(x): return x * x
if __name__ == "__main__":
    with multiprocessing.Pool(2) as p: print(p.map(sq, range(5)), p.starmap(pow, [(2, 3)]))
    p = multiprocessing.Process(target=print, args=("child",)); p.start(); p.join(); print(p.exitcode)
# --- logging formats
import logging, sys
logging.basicConfig(level=logging.DEBUG, format="%(levelname)s:%(name)s:%(funcName)s:%(lineno)d: %(message)s", stream=sys.stdout)
log = logging.getLogger("a.b")
log.debug("x=%d", 3); log.warning("w %s", {"k": 1})
try: 1 / 0
except ZeroDivisionError: log.exception("oops")
logging.getLogger("quiet").setLevel(logging.ERROR); logging.getLogger("quiet").info("no")
# --- warnings
import warnings
warnings.warn("careful", DeprecationWarning)
warnings.warn("user")
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always"); warnings.warn("kept"); print(len(w), w[0].message)
# --- timeit and profile run
import timeit, cProfile, pstats, io
print(timeit.timeit("1+1", number=10) > 0)
p = cProfile.Profile(); p.enable(); sum(range(10)); p.disable()
s = io.StringIO(); pstats.Stats(p, stream=s).print_stats(); print("function calls" in s.getvalue())
# --- operators and dunder
class Vec:
    def __init__(s, *v): s.v = v
    def __add__(s, o): return Vec(*map(sum, zip(s.v, o.v)))
    def __mul__(s, k): return Vec(*(x * k for x in s.v))
    __rmul__ = __mul__
    def __matmul__(s, o): return sum(a * b for a, b in zip(s.v, o.v))
    def __repr__(s): return f"Vec{s.v}"
    def __getitem__(s, i): return s.v[i]
    def __len__(s): return len(s.v)
    def __bool__(s): return any(s.v)
    def __call__(s, x): return x
    def __contains__(s, x): return x in s.v
    def __format__(s, f): return f"<{f}>"
a = Vec(1, 2)
print(a + a, 2 * a, a @ a, a[-1], len(a), bool(Vec(0)), a(3), 2 in a, f"{a:xy}", list(a), [*reversed(a)])
# --- walrus and comprehension scope
data = [1, 2, 3, 4]
print([y for x in data if (y := x * x) > 4], {k: v for k, v in zip("ab", range(2))}, {x % 2 for x in data}, y)
first, *mid, last = data; print(first, mid, last, *map(str, data), sep="-")
print(any(x > 3 for x in data), all(data), max(data, key=lambda x: -x), sorted(data, reverse=True), list(enumerate("ab", 1)), sum([[1], [2]], []))
