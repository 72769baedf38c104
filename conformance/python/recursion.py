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
