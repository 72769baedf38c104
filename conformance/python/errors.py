# --- traceback through functions
def a(x): return b(x)
def b(x):
    y = {"k": 1}
    return y["k"] + y[x]
a("missing")
# --- chained exceptions
def f():
    try: int("x")
    except ValueError as e: raise RuntimeError("cannot load") from e
try: f()
except RuntimeError:
    {}["during"]
# --- exception groups
raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("inner", [TypeError("t")])])
# --- except star
try: raise ExceptionGroup("g", [ValueError("v"), KeyError("k"), OSError(2, "o")])
except* ValueError as g: print("values", g.exceptions)
except* (KeyError, OSError) as g: print("others", g.exceptions)
# --- notes on exceptions
try: 1 / 0
except ZeroDivisionError as e:
    e.add_note("while computing"); raise
# --- syntax error in file
def f(:
    pass
# --- indentation error
if True:
print("x")
# --- unterminated string
x = "abc
# --- name suggestion
import colections
# --- attribute suggestion
import json
json.dump_s
# --- type errors
for f in (lambda: 1 + "a", lambda: "a" + 1, lambda: len(3), lambda: [][0], lambda: {}["k"], lambda: None.x, lambda: int("1.5"), lambda: (1, 2)[5], lambda: print(foo), lambda: [1, 2, 3].remove(9), lambda: "x".nope, lambda: range(3)[7], lambda: next(iter([])), lambda: [].pop(), lambda: sorted([1, "a"]), lambda: float("abc"), lambda: chr(-1), lambda: b"a" + "b", lambda: open(3.5), lambda: sum("ab"), lambda: max([]), lambda: {[]: 1}, lambda: 5(), lambda: f(1, 2), lambda: __import__("nope"), lambda: 2 ** -1 % 0, lambda: "%d" % "x", lambda: "{}".format(), lambda: bytes([300]), lambda: int("9" * 5000)):
    try: f()
    except Exception as e: print(type(e).__name__, "|", e)
# --- assertion with message
x = 3
assert x == 4, f"expected 4, got {x}"
# --- sys.exit with text
import sys
print("before"); sys.exit("fatal: stop")
# --- sys.exit in finally
import sys, atexit
atexit.register(print, "at exit")
try: sys.exit(3)
finally: print("finally")
# --- stderr and status
import sys
print("out"); print("err", file=sys.stderr); sys.exit(2)
# --- custom excepthook
import sys
sys.excepthook = lambda t, v, tb: print("hook", t.__name__, v)
raise LookupError("x")
# --- traceback module
import traceback
def f(): raise ValueError("deep")
try: f()
except ValueError as e:
    print(traceback.format_exc()); print(traceback.extract_tb(e.__traceback__)[-1].name, "".join(traceback.format_exception_only(e)))
# --- recursion error text
def f(n): return f(n + 1)
f(0)
# --- keyboard interrupt
raise KeyboardInterrupt
# --- memory error is an exception
try: x = "a" * (1 << 62)
except (MemoryError, OverflowError) as e: print(type(e).__name__)
# --- unraisable in del
class D:
    def __del__(self): raise ValueError("in del")
d = D(); del d; print("after")
# --- generator exceptions
def g():
    try: yield 1
    except ValueError as e: print("thrown", e); yield 2
    finally: print("closed")
x = g(); next(x); print(x.throw(ValueError("v"))); x.close()
def h(): raise StopIteration("s"); yield
list(h())
# --- deprecated and import errors
from os import nothing_here
# --- finally order
def f():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: return "ret"
            print("try", i)
        except Exception: pass
        else: print("else", i)
        finally: print("finally", i)
print(f())
# --- eof on input
print(input("prompt> "))
# --- unicode error
"é".encode("ascii")
# --- division and overflow
print(1e308 * 10, -7 // 2, 7 % -3)
2.0 ** 10000
# --- frozen and slots
class S: __slots__ = ("a",)
s = S(); s.a = 1; print(s.a)
s.b = 2
