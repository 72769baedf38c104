# --- nine hundred calls
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(900))
# --- json of what contains itself
import json
x = []; x.append(x)
try: json.dumps(x)
except ValueError as e: print(e)
# --- repr of a deep list
a = y = []
for _ in range(5000): a.append([]); a = a[0]
try: repr(y)
except RecursionError as e: print(e)
del y
print("deleted")
# --- deepcopy of a deep list
import copy
a = y = []
for _ in range(5000): a.append([]); a = a[0]
try: copy.deepcopy(y)
except RecursionError as e: print(e)
# --- a raised limit
import sys
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
sys.setrecursionlimit(3000); print(depth(2500))
# --- a long sum is compiled
try: eval("+".join(["1"] * 3000)); print("summed")
except RecursionError as error: print("RecursionError", error)
# --- __getattr__ asks itself
class A:
    def __getattr__(self, n): return getattr(self, n + "x")
try: A().y
except RecursionError as error: print(str(error)[:32])
# --- a limit that is out of reach
import sys
sys.setrecursionlimit(100000)
def f(n): return f(n + 1)
try: f(0)
except RecursionError: print("rec")
# --- pickle of a deep list
import pickle
a = y = []
for _ in range(2000): a.append([]); a = a[0]
try: pickle.dumps(y)
except RecursionError as e: print(e)
# --- deep calls and a long chain that is destroyed
import sys
sys.setrecursionlimit(20000)
def d(n): return 0 if n == 0 else 1 + d(n - 1)
print(d(15000))
class N:
    def __init__(self, next): self.next = next
head = None
for i in range(100000): head = N(head)
del head
print("gone")
# --- regex and json of deep input
import re, json
try: print(bool(re.match("(a|b)*c", "ab" * 50000)))
except RecursionError as e: print(e)
try: json.loads("[" * 100000)
except RecursionError as e: print(e)
print(len(eval("[" * 90 + "]" * 90)))
# --- repr, == and hash ask themselves
class B:
    def __repr__(self): return f"<{self.x}>"
    def __eq__(self, o): return self == o
    def __hash__(self): return hash(self)
b = B(); b.x = b
for call in (lambda: repr(b), lambda: b == b, lambda: hash(b), lambda: b != B()):
    try: call()
    except RecursionError as e: print(str(e)[:32])
# --- loops that last: in calls, generators, exceptions, coroutines
import asyncio
def count(n):
    for i in range(n): yield i
total = 0
for i in count(300000): total += i
print(total)
def until(n):
    x = 0
    while True:
        x += 1
        if x > n: raise ValueError(x)
for _ in range(3):
    try: until(200000)
    except ValueError as e: print(e, e.__traceback__.tb_next.tb_lineno)
def nested(d):
    s = 0
    for i in range(40000): s += i
    return s if d == 0 else nested(d - 1) + s
print(nested(30))
def caught():
    k = 0
    while True:
        try: yield k
        except KeyError: k += 1
g = caught(); next(g)
for i in range(100000): g.throw(KeyError)
print(next(g))
def closed():
    try:
        while True: yield 1
    finally: print("closed")
g = closed()
for i, v in zip(range(100000), g): pass
g.close()
async def co():
    s = 0
    for i in range(100000):
        s += i
        if i % 10000 == 0: await asyncio.sleep(0)
    return s
async def main(): return await asyncio.gather(*[co() for _ in range(3)])
print(asyncio.run(main()))
# --- loops that last, told to a trace function, and one that begins in between
import sys
n = 0
def trace(frame, event, arg):
    global n; n += 1; return trace
def loop():
    for i in range(100000): pass
sys.settrace(trace); loop(); sys.settrace(None); print(n)
def late():
    for i in range(100000):
        if i == 50000: sys.settrace(trace); sys._getframe().f_trace = trace
    sys.settrace(None)
n = 0; late(); print(n)
seen = []
def call(): return 1
def calls():
    for i in range(70000): call()
sys.setprofile(lambda frame, event, arg: seen.append(event)); calls(); sys.setprofile(None); print(len(seen))
# --- sums of ints beyond 64 bits, of two digits, below zero, with others
big = 1 << 63
print(sum([2**62, 2**62, 1]), sum(x for x in (big, -5)), sum([big - 1]), sum([big - 1, 1]), sum([-big]), sum([-big, -1]))
print(sum([True, 1 << 40]), sum([1 << 59, 1 << 60, -(1 << 31), -(1 << 30)]), sum([1, 2.5]), sum([1 << 40, 0.5]), sum([1 << 35, 1j]), sum([[1], [2]], []))
print(sum(range(10**6)), sum(x * x for x in range(10**5)), sum([1 << 62], -(1 << 62)), sum([], big))
