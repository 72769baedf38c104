# --- modules with command lines
import subprocess, sys
def run(*args, **kw):
    r = subprocess.run([sys.executable, *args], capture_output=True, text=True, **kw)
    print(args, r.returncode); print(r.stdout[:1500]); print(r.stderr[-600:])
run("-m", "json.tool", "people.json")
run("-m", "json.tool", "--sort-keys", "--indent", "1", input='{"b": [1, 2], "a": null}')
run("-m", "json.tool", input='{"b": ')
run("-m", "json.tool", "--json-lines", "events.jsonl")
run("-m", "calendar", "2024", "2")
run("-m", "base64", "-e", "README.md")
run("-m", "tokenize", "src/app/util.py")
run("-m", "ast", "src/app/util.py")
run("-m", "tabnanny", "-v", "src/app/core.py")
run("-m", "pyclbr", "src/app/core.py")
run("-m", "textwrap")
run("-m", "nosuchmodule")
run("-m", "src.app.core")
run("-m", "quopri", "text.txt")
run("-m", "encodings.rot_13", input="Hello")
# --- zipfile tarfile gzip on the command line
import subprocess, sys, os
def run(*args, **kw):
    r = subprocess.run([sys.executable, "-m", *args], capture_output=True, text=True, **kw)
    print(args, r.returncode, r.stdout[-400:], r.stderr[-300:])
run("zipfile", "-c", "out.zip", "README.md", "config.ini")
run("zipfile", "-t", "out.zip")
run("zipfile", "-e", "out.zip", "unzipped")
print(sorted(os.listdir("unzipped")))
run("tarfile", "-c", "out.tar", "src")
run("tarfile", "-l", "out.tar")
run("tarfile", "-e", "out.tar", "untarred")
print(sorted(os.listdir("untarred/src/app")))
run("gzip", "README.md")
run("gzip", "-d", "README.md.gz")
os.remove("out.zip"); os.remove("out.tar"); os.remove("README.md.gz")
# --- interactive session from a pipe
import subprocess, sys
text = "x = 2\nx * 21\ndef f(a):\n    return a + 1\n\nf(1)\nfor i in range(2):\n    print(i)\n\n1/0\nimport os\nos.path.join('a', 'b')\n'text'\nNone\n[1, 2]\nexit(5)\n"
r = subprocess.run([sys.executable, "-i", "-q"], input=text, capture_output=True, text=True)
print(r.returncode); print(r.stdout); print(r.stderr)
r = subprocess.run([sys.executable, "-i", "-c", "y = 7"], input="y + 1\n", capture_output=True, text=True)
print(r.returncode, repr(r.stdout), repr(r.stderr))
# --- code interact and cmd
import code, cmd, sys, io
class Shell(cmd.Cmd):
    intro = "hello"; prompt = "> "; use_rawinput = False
    def do_add(self, line): "Adds numbers."; print(sum(map(int, line.split())))
    def do_EOF(self, line): return True
    def default(self, line): print("what?", line)
Shell(stdin=io.StringIO("add 1 2 3\nhelp\nhelp add\nnothing\n")).cmdloop()
console = code.InteractiveConsole({"a": 5})
for line in ["a + 1", "for i in range(2):", "    print(i)", "", "1/", "undefined"]:
    print(console.push(line))
# --- concurrent futures in every form
import concurrent.futures as cf, time, threading
def slow(n): time.sleep(0.01 * (3 - n)); return n * n
with cf.ThreadPoolExecutor(max_workers=3) as pool:
    futures = {pool.submit(slow, n): n for n in range(3)}
    print(sorted(f.result() for f in cf.as_completed(futures)))
    done, pending = cf.wait(futures); print(len(done), len(pending))
    print(list(pool.map(slow, range(3), timeout=5)))
    f = pool.submit(lambda: 1 / 0); print(type(f.exception()).__name__, f.done(), f.cancelled())
    try: f.result()
    except ZeroDivisionError as error: print("raised", error)
    f.add_done_callback(lambda f: print("callback", f.done()))
with cf.ProcessPoolExecutor(2) as pool: print(list(pool.map(pow, [1, 2, 3], [2, 2, 2])))
local = threading.local(); local.x = 1; print(local.x, threading.current_thread().name, threading.main_thread() is threading.current_thread())
event = threading.Event(); threading.Thread(target=event.set).start(); print(event.wait(1))
lock = threading.RLock()
with lock:
    with lock: print("twice")
results = []
def worker(q):
    while (item := q.get()) is not None: results.append(item * 10)
import queue; q = queue.Queue(); [q.put(i) for i in range(4)]; q.put(None)
t = threading.Thread(target=worker, args=(q,), daemon=True); t.start(); t.join(); print(results, t.is_alive())
timer = threading.Timer(0.01, lambda: print("timer")); timer.start(); timer.join()
s = threading.Semaphore(2); print(s.acquire(), s.acquire(), s.acquire(blocking=False))
b = threading.Barrier(1); print(b.wait())
# --- multiprocessing in every form
import multiprocessing as mp, os
def f(x): return x + 1
def child(q, n): q.put(n * 2)
if __name__ == "__main__":
    with mp.Pool(4) as pool:
        print(pool.map(f, range(5)), pool.apply(f, (9,)), pool.starmap(pow, [(2, 3), (3, 2)]), sorted(pool.imap_unordered(f, [1, 2])))
        print(pool.apply_async(f, (1,)).get(timeout=5))
    q = mp.Queue(); ps = [mp.Process(target=child, args=(q, n)) for n in range(3)]
    for p in ps: p.start()
    for p in ps: p.join()
    print(sorted(q.get() for _ in ps), [p.exitcode for p in ps])
    with mp.Manager() as m:
        d = m.dict(); d["a"] = 1; print(dict(d))
    v = mp.Value("i", 3); v.value += 1; print(v.value, mp.cpu_count() >= 1, mp.current_process().name)
# --- asyncio of all kinds
import asyncio, contextlib
async def tick(name, n, out):
    for i in range(n):
        out.append(f"{name}{i}"); await asyncio.sleep(0)
    return name
async def main():
    out = []
    async with asyncio.TaskGroup() as group:
        a = group.create_task(tick("a", 3, out)); b = group.create_task(tick("b", 2, out))
    print(out, a.result(), b.result())
    try:
        async with asyncio.timeout(0.05): await asyncio.sleep(5)
    except TimeoutError: print("timed out")
    try: await asyncio.wait_for(asyncio.Event().wait(), 0.02)
    except asyncio.TimeoutError: print("again")
    sem = asyncio.Semaphore(2); running = most = 0
    async def limited():
        nonlocal running, most
        async with sem:
            running += 1; most = max(most, running); await asyncio.sleep(0.001); running -= 1
    await asyncio.gather(*(limited() for _ in range(6))); print("most", most)
    print(await asyncio.to_thread(sum, [1, 2, 3]), await asyncio.get_running_loop().run_in_executor(None, len, "four"))
    results = await asyncio.gather(tick("x", 1, []), asyncio.sleep(0, 1 / 1), return_exceptions=True); print(results)
    task = asyncio.create_task(asyncio.sleep(10)); await asyncio.sleep(0); task.cancel()
    with contextlib.suppress(asyncio.CancelledError): await task
    print(task.cancelled())
    q = asyncio.Queue(); [q.put_nowait(i) for i in range(3)]; print([await q.get() for _ in range(3)])
    async def agen():
        for i in range(3): yield i
    print([x async for x in agen()], await asyncio.shield(asyncio.sleep(0, "shielded")))
    proc = await asyncio.create_subprocess_shell("echo out; echo err >&2; exit 3", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    print(await proc.communicate(), proc.returncode)
    proc = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    proc.stdin.write(b"one\ntwo\n"); await proc.stdin.drain(); print(await proc.stdout.readline()); proc.stdin.close(); print(await proc.stdout.read(), await proc.wait())
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0.001, i)) for i in range(3)]); print(sorted(t.result() for t in done), len(pending))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1)); group.create_task(bad())
    except* ValueError as group: print(group.exceptions)
async def bad(): raise ValueError("no")
asyncio.run(main())
loop = asyncio.new_event_loop(); loop.call_later(0.01, loop.stop); loop.run_forever(); loop.close(); print(loop.is_closed())
with asyncio.Runner() as runner: print(runner.run(asyncio.sleep(0, 5)))
# --- subprocess odds and ends
import subprocess as sp, os, sys, time
p = sp.Popen(["sleep", "0.2"]); print(p.poll()); print(p.wait(), p.poll(), p.returncode)
try: sp.run(["sleep", "5"], timeout=0.1)
except sp.TimeoutExpired as error: print(error)
print(sp.run("exit 7", shell=True).returncode, sp.call(["false"]), sp.check_output("printf 'a\\nb'", shell=True))
try: sp.check_call(["sh", "-c", "exit 2"])
except sp.CalledProcessError as error: print(error, error.cmd, error.returncode)
r = sp.run(["sh", "-c", "kill -9 $$"]); print(r)
try: r.check_returncode()
except sp.CalledProcessError as error: print(error)
with sp.Popen(["tr", "a-z", "A-Z"], stdin=sp.PIPE, stdout=sp.PIPE, text=True, bufsize=1) as p:
    p.stdin.write("hello\n"); p.stdin.close(); print(p.stdout.read(), end="")
print(sp.run(["cat"], stdin=sp.DEVNULL, stdout=sp.PIPE).stdout, sp.run(["cat"], input=b"\x00\xff", stdout=sp.PIPE).stdout)
with open("out.txt", "w") as f: sp.run(["echo", "to file"], stdout=f); f.write("after\n")
print(open("out.txt").read())
print(sp.run(["env"], env={"ONLY": "me"}, capture_output=True, text=True).stdout.splitlines()[:1])
print(sp.run("cd src && pwd | sed 's/.*workspace/W/' && ls | sort", shell=True, capture_output=True, text=True).stdout)
print(sp.run("for i in 1 2 3; do echo $((i*i)); done | paste -sd+ | bc", shell=True, capture_output=True, text=True))
print(sp.run(["bash", "-c", "set -o pipefail; false | true; echo $?; diff <(echo a) <(echo b)"], capture_output=True, text=True))
a = sp.Popen(["cat", "sales.csv"], stdout=sp.PIPE); b = sp.Popen(["grep", "-c", "north"], stdin=a.stdout, stdout=sp.PIPE, text=True); a.stdout.close(); print(b.communicate()[0], a.wait())
try: sp.run(["no-such-program", "x"])
except FileNotFoundError as error: print(error)
try: sp.run(["./README.md"])
except PermissionError as error: print(error)
print(sp.getstatusoutput("ls nosuch"), sp.getoutput("echo hi"))
print(sp.run([sys.executable, "-c", "import sys; sys.stdout.write('o'*100000); sys.stderr.write('e'*100000)"], capture_output=True).stdout.__len__())
p = sp.Popen(["sh", "-c", "trap 'echo got; exit 4' TERM; while :; do sleep 0.05; done"], stdout=sp.PIPE, text=True); time.sleep(0.3); p.terminate(); print(p.communicate(), p.returncode)
os.environ["NEWVAR"] = "seen"; print(sp.check_output("echo $NEWVAR", shell=True, text=True))
print(sp.list2cmdline(["a b", 'c"d']), sp.run(["echo", "*"], capture_output=True).stdout, sp.run("echo *.md", shell=True, capture_output=True).stdout)
# --- signals as programs use them
import signal, os, time, sys
def handler(number, frame): print("got", signal.Signals(number).name, flush=True)
for s in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(s, handler); os.kill(os.getpid(), s)
signal.raise_signal(signal.SIGUSR1)
class Timeout(Exception): pass
def alarm(number, frame): raise Timeout("too slow")
signal.signal(signal.SIGALRM, alarm); signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    while True: pass
except Timeout as error: print(error)
signal.alarm(1)
try: time.sleep(10)
except Timeout: print("woken")
finally: signal.alarm(0)
print(signal.getsignal(signal.SIGUSR1) is handler, signal.SIG_DFL, signal.strsignal(15), signal.Signals(9))
signal.signal(signal.SIGINT, signal.default_int_handler)
try: os.kill(os.getpid(), signal.SIGINT); time.sleep(1)
except KeyboardInterrupt: print("interrupted")
signal.signal(signal.SIGPIPE, signal.SIG_DFL); signal.signal(signal.SIGTERM, signal.SIG_IGN); os.kill(os.getpid(), signal.SIGTERM); print("ignored")
# --- zones and clocks
import datetime as d, zoneinfo, time, os
utc = d.timezone.utc
for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"):
    z = zoneinfo.ZoneInfo(name)
    for month in (1, 7): print(name, d.datetime(2024, month, 1, 12, tzinfo=utc).astimezone(z).isoformat(), d.datetime(2024, month, 1, tzinfo=z).tzname())
z = zoneinfo.ZoneInfo("Europe/Berlin")
print(d.datetime(2024, 10, 27, 2, 30, tzinfo=z).utcoffset(), d.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=z).utcoffset(), z, repr(z), z.key)
try: zoneinfo.ZoneInfo("No/Where")
except zoneinfo.ZoneInfoNotFoundError as error: print(error)
print(len(zoneinfo.available_timezones()) > 400, "UTC" in zoneinfo.available_timezones())
os.environ["TZ"] = "America/New_York"; time.tzset(); print(time.tzname, time.strftime("%Y-%m-%d %H:%M %Z %z", time.localtime(1720000000)), time.localtime(1720000000).tm_isdst)
print(d.datetime.fromtimestamp(1700000000), d.datetime.fromtimestamp(1700000000, utc), time.mktime((2024, 3, 10, 3, 30, 0, 0, 0, -1)))
print(time.strptime("12 Mar 2024 07:08", "%d %b %Y %H:%M"), d.datetime.strptime("2024-03-01T10:00:00+0530", "%Y-%m-%dT%H:%M:%S%z"))
print(d.datetime.fromisoformat("2024-03-01T10:00:00.123456Z"), d.date.fromisocalendar(2024, 9, 5), d.timedelta(days=1.5, hours=-2), d.datetime.max, d.datetime(1, 1, 1))
print(time.gmtime(0)[:6], time.ctime(0), time.asctime(time.gmtime(86400 * 365)), time.monotonic() > 0, time.perf_counter_ns() > 0, time.get_clock_info("monotonic").monotonic)
print(f"{d.datetime(2024, 3, 1):%A %d %B %Y, week %V, day %j}", d.datetime(2024, 3, 1).ctime(), d.datetime.fromtimestamp(2**33, utc), d.datetime.fromtimestamp(-1, utc))
# --- sqlite in depth
import sqlite3, datetime, json
db = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES); db.row_factory = sqlite3.Row
db.executescript("create table t(id integer primary key, name text not null unique, amount real, born date, doc json); create index i on t(name);")
with db: db.executemany("insert into t(name, amount, born, doc) values (?, ?, ?, ?)", [(n, a, datetime.date(2000, 1, i + 1), json.dumps({"k": i})) for i, (n, a) in enumerate([("ann", 1.5), ("bob", 2.5), ("cyd", None)])])
for row in db.execute("select *, json_extract(doc, '$.k') as k, sum(amount) over (order by id) as running from t"): print(dict(row))
try:
    with db: db.execute("insert into t(name) values ('new')"); db.execute("insert into t(name) values ('ann')")
except sqlite3.IntegrityError as error: print(error)
print(db.execute("select count(*) from t").fetchone()[0], db.total_changes, db.in_transaction)
try: db.execute("select nope from t")
except sqlite3.OperationalError as error: print(error)
print(list(db.iterdump())[-3:])
other = sqlite3.connect("copy.db"); db.backup(other); other.close()
again = sqlite3.connect("copy.db"); print(again.execute("select name from t order by name desc").fetchall()); again.close()
again = sqlite3.connect("file:copy.db?mode=ro", uri=True)
try: again.execute("delete from t")
except sqlite3.OperationalError as error: print(error)
again.close()
db.create_collation("rev", lambda a, b: (a < b) - (a > b)); print([r[0] for r in db.execute("select name from t order by name collate rev")])
db.create_function("slug", 1, lambda s: s.upper(), deterministic=True); print(db.execute("select slug(name) from t where id = :id", {"id": 2}).fetchone()[0])
cte = "with recursive c(x) as (select 1 union all select x + 1 from c where x < 5) select group_concat(x) from c"; print(db.execute(cte).fetchone()[0])
db.execute("create virtual table docs using fts5(body)"); db.execute("insert into docs values ('the quick brown fox'), ('lazy dogs')"); print([tuple(r) for r in db.execute("select rowid, highlight(docs, 0, '[', ']') from docs where docs match 'quick OR dog*'")])
print(db.execute("pragma user_version").fetchone()[0], db.execute("select typeof(amount), upper('ß'), round(2.567, 1) from t").fetchone()[:])
blob = db.execute("select ?", (b"\x00\x01",)).fetchone()[0]; print(blob, sqlite3.apilevel, sqlite3.paramstyle)
wal = sqlite3.connect("wal.db"); print(wal.execute("pragma journal_mode=wal").fetchone()[0] in ("wal", "delete")); wal.execute("create table x(a)"); wal.commit(); wal.close()
# --- shelve dbm and marshal
import shelve, dbm.dumb, marshal, os, copyreg, pickle
with shelve.open("store") as s: s["a"] = [1, 2]; s["b"] = {"x": {1}}
print(sorted(p for p in os.listdir() if p.startswith("store")) != [])
with shelve.open("store", writeback=True) as s: s["a"].append(3); print(sorted(s.items()))
with dbm.dumb.open("d", "c") as d: d["k"] = "v"; print(d["k"], list(d.keys()))
print(marshal.loads(marshal.dumps([1, "a", None, 2.5])), pickle.loads(pickle.dumps(os.stat("README.md")))[6])
for p in os.listdir():
    if p.startswith(("store", "d.")): os.remove(p)
# --- copying and moving trees
import shutil, os, pathlib, stat
shutil.copytree("src", "copy", ignore=shutil.ignore_patterns("*test*")); print(sorted(str(p) for p in pathlib.Path("copy").rglob("*")))
shutil.copytree("src/tests", "copy", dirs_exist_ok=True); print(os.path.exists("copy/test_util.py"))
print(shutil.move("copy/app", "moved"), shutil.make_archive("backup", "gztar", "src"), shutil.make_archive("backup", "zip", root_dir=".", base_dir="src"))
shutil.unpack_archive("backup.tar.gz", "unpacked"); print(sorted(os.listdir("unpacked")))
os.chmod("moved/core.py", 0o600); shutil.copy("moved/core.py", "plain.py"); shutil.copy2("moved/core.py", "meta.py"); shutil.copyfile("moved/core.py", "bare.py")
print([oct(stat.S_IMODE(os.stat(p).st_mode)) for p in ("plain.py", "meta.py", "bare.py")], shutil.which("sh") is not None, shutil.which("nope"))
try: shutil.copytree("src", "moved")
except FileExistsError as error: print(error)
try: shutil.rmtree("nope")
except FileNotFoundError as error: print(error)
shutil.rmtree("nope", ignore_errors=True); shutil.rmtree("unpacked"); shutil.rmtree("copy"); os.remove("backup.tar.gz"); os.remove("backup.zip")
try: shutil.copy("README.md", "README.md")
except shutil.SameFileError as error: print(error)
try: os.rmdir("src")
except OSError as error: print(error)
os.makedirs("a/b/c"); os.removedirs("a/b/c"); print(os.path.exists("a")); os.renames("bare.py", "deep/er/bare.py"); print(os.walk("deep").__next__())
os.symlink("README.md", "link"); os.link("README.md", "hard"); print(os.readlink("link"), os.stat("hard").st_nlink, os.path.islink("link"), os.path.samefile("hard", "link"), os.path.realpath("link").endswith("workspace/README.md"))
# --- pathlib in depth
from pathlib import Path, PurePosixPath, PureWindowsPath
p = Path("src/app/core.py")
print(p.stem, p.suffix, p.parent, p.parts, p.with_suffix(".txt"), p.with_name("x.py"), p.relative_to("src"), p.exists(), p.is_file(), p.stat().st_size, p.match("*.py"))
Path("new/deep").mkdir(parents=True, exist_ok=True); (Path("new") / "f.txt").write_text("héllo\n", encoding="utf-8"); print((Path("new") / "f.txt").read_bytes(), Path("new/f.txt").read_text())
print(sorted(x.name for x in Path(".").glob("*.json*")), sorted(map(str, Path("src").rglob("*.py"))), [x.name for x in sorted(Path("src").iterdir())])
with Path("new/f.txt").open("a") as f: f.write("more")
Path("new/f.txt").rename("new/g.txt"); Path("new/g.txt").replace("new/h.txt"); Path("new/h.txt").touch(); print(Path("new/h.txt").read_text().splitlines())
try: Path("nope").read_text()
except FileNotFoundError as error: print(error)
try: Path("new").rmdir()
except OSError as error: print(error)
try: Path("a").relative_to("b")
except ValueError as error: print(error)
Path("new/h.txt").unlink(); Path("nope").unlink(missing_ok=True); Path("s").symlink_to("src"); print(Path("s").is_symlink(), Path("s").resolve() == Path("src").resolve(), Path("s").readlink())
print(PureWindowsPath("C:\\a\\b.txt").parts, PurePosixPath("/a/../b"), Path("a//b/./c"), Path.cwd().name, Path("~/x").expanduser(), Path("/a/b").is_absolute(), Path("x").absolute().name, Path("a/b") / "/c", bytes(Path("é")), Path("new").owner() != "", Path("src/app").joinpath("..", "x"), Path("new").as_uri() if Path("new").is_absolute() else "rel")
# --- temporary things
import tempfile, os, pathlib, stat
with tempfile.TemporaryDirectory(prefix="job-") as d: p = pathlib.Path(d, "x"); p.write_text("1"); print(os.path.basename(d)[:4], p.exists(), oct(stat.S_IMODE(os.stat(d).st_mode)))
print(os.path.exists(d))
with tempfile.NamedTemporaryFile("w+", suffix=".csv", delete=False) as f: f.write("a,b\n"); name = f.name
print(name.endswith(".csv"), open(name).read(), oct(stat.S_IMODE(os.stat(name).st_mode))); os.unlink(name)
with tempfile.SpooledTemporaryFile(max_size=10) as f: f.write(b"x" * 20); f.seek(0); print(len(f.read()), f._rolled)
fd, name = tempfile.mkstemp(dir="."); os.write(fd, b"raw"); os.close(fd); print(open(name).read()); os.remove(name)
print(tempfile.gettempdir(), tempfile.gettempprefix(), len(tempfile.mktemp()) > 8)
with tempfile.TemporaryFile() as f: f.write(b"abc"); f.seek(1); print(f.read())
# --- recursion and memory
import sys, json, ast, copy
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(900), sys.getrecursionlimit())
def forever(): return forever()
for call in (forever, lambda: json.dumps(x), lambda: repr(y), lambda: copy.deepcopy(z)):
    x = []; x.append(x); y = a = []
    for _ in range(5000): a.append([]); a = a[0]
    z = y
    try: print(type(call()).__name__)
    except (RecursionError, ValueError) as error: print(type(error).__name__, error)
sys.setrecursionlimit(3000); print(depth(2500))
try: eval("+".join(["1"] * 3000)); print("summed")
except RecursionError as error: print("RecursionError")
class A:
    def __getattr__(self, n): return getattr(self, n + "x")
try: A().y
except RecursionError as error: print(error)
# --- logging to files and handlers
import logging, logging.handlers, sys, io
logging.basicConfig(level=logging.DEBUG, format="%(levelname)s:%(name)s:%(message)s", stream=sys.stdout)
log = logging.getLogger("app.db"); log.info("hello %s", "x"); log.warning("n=%d", 3)
h = logging.handlers.RotatingFileHandler("r.log", maxBytes=50, backupCount=2); log.addHandler(h)
for i in range(6): log.error("line %d of text", i)
try: 1 / 0
except ZeroDivisionError: log.exception("failed")
buffer = io.StringIO(); memory = logging.handlers.MemoryHandler(10, target=logging.StreamHandler(buffer)); log.addHandler(memory); log.critical("boom"); memory.flush(); print(buffer.getvalue())
logging.config = __import__("logging.config").config
logging.config.dictConfig({"version": 1, "formatters": {"f": {"format": "%(message)s!"}}, "handlers": {"c": {"class": "logging.StreamHandler", "formatter": "f", "stream": "ext://sys.stdout"}}, "root": {"handlers": ["c"], "level": "INFO"}})
logging.getLogger("other").info("configured")
logging.shutdown()
# --- importlib in depth
import importlib, importlib.util, importlib.metadata, pkgutil, sys, types, os
os.makedirs("pk/sub", exist_ok=True); open("pk/__init__.py", "w").write("V = 1\n"); open("pk/a.py", "w").write("from . import V\nX = V + 1\n"); open("pk/sub/__init__.py", "w").write(""); open("pk/data.txt", "w").write("payload")
sys.path.insert(0, "."); import pk.a; print(pk.a.X, pk.__path__[0].endswith("pk"), pk.a.__spec__.name, pk.a.__package__)
print([m.name for m in pkgutil.walk_packages(pk.__path__, "pk.")], pkgutil.get_data("pk", "data.txt"))
open("pk/__init__.py", "w").write("V = 10000\n"); importlib.invalidate_caches(); importlib.reload(pk); print(pk.V, importlib.reload(pk.a).X)
spec = importlib.util.spec_from_file_location("loose", "pk/a.py", submodule_search_locations=None); print(spec.origin.endswith("a.py"), spec.loader.__class__.__name__)
m = types.ModuleType("made"); exec("y = 3", m.__dict__); sys.modules["made"] = m; import made; print(made.y)
for name in ("nope", "pk.nope", "json.nope", "nope.sub"):
    try: importlib.import_module(name)
    except ImportError as error: print(type(error).__name__, error)
try: from pk import missing
except ImportError as error: print(str(error).split(" (")[0])
print(importlib.util.find_spec("json").name, importlib.util.find_spec("json").submodule_search_locations is not None, importlib.util.find_spec("nope"), importlib.util.find_spec("json").origin, importlib.util.find_spec("os").origin)
try: importlib.metadata.version("surely-not-there")
except importlib.metadata.PackageNotFoundError as error: print(error)
import importlib.resources; print(importlib.resources.files("pk").joinpath("data.txt").read_text())
import runpy; print(runpy.run_path("pk/data.py", {}) if os.path.exists("pk/data.py") else "none", sorted(k for k in runpy.run_module("made") if not k.startswith("_")) if False else "")
import json, tokenize, inspect; print(json.__file__, json.__spec__.origin, json.__loader__.__class__.__name__, inspect.getsourcefile(tokenize), len(inspect.getsource(json.loads)) > 100, json.__cached__ is not None)
# --- zipapp and zipimport
import zipapp, subprocess, sys, os, zipfile
os.makedirs("tool"); open("tool/__main__.py", "w").write("import helper, sys\nprint('from zip', helper.N, sys.argv[1:])\n"); open("tool/helper.py", "w").write("N = 42\n")
zipapp.create_archive("tool", "tool.pyz", interpreter="/usr/bin/env python3"); print(os.access("tool.pyz", os.X_OK))
print(subprocess.run([sys.executable, "tool.pyz", "a"], capture_output=True, text=True)); print(subprocess.run(["./tool.pyz", "b"], capture_output=True, text=True))
sys.path.insert(0, "tool.pyz"); import helper; print(helper.N, helper.__file__.endswith("tool.pyz/helper.py"))
print(subprocess.run([sys.executable, "tool"], capture_output=True, text=True).stdout); os.remove("tool.pyz")
# --- virtual environment
import subprocess, sys, os
print(subprocess.run([sys.executable, "-m", "venv", "--without-pip", "env"], capture_output=True, text=True))
print([n for n in sorted(os.listdir("env")) if n != "lib64"], os.path.exists("env/bin/python"))
r = subprocess.run(["env/bin/python", "-c", "import sys; print(sys.prefix != sys.base_prefix, sys.prefix.endswith('env'))"], capture_output=True, text=True); print(r.returncode, r.stdout)
r = subprocess.run("source env/bin/activate && python -c 'import sys, os; print(sys.prefix.endswith(\"env\"), os.environ[\"VIRTUAL_ENV\"].endswith(\"env\"))' && deactivate && which python3", shell=True, executable="/bin/bash", capture_output=True, text=True); print(r.stdout, r.stderr)
import shutil; shutil.rmtree("env")
# --- argparse of every kind
import argparse, sys
p = argparse.ArgumentParser(prog="tool", description="Does it.", epilog="bye", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
p.add_argument("files", nargs="*", help="what"); p.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how many"); p.add_argument("--mode", choices=["a", "b"], default="a"); p.add_argument("-v", action="count", default=0)
g = p.add_mutually_exclusive_group(); g.add_argument("--yes", action="store_true"); g.add_argument("--no", action="store_true"); p.add_argument("--kv", action="append", nargs=2); p.add_argument("--flag", action=argparse.BooleanOptionalAction); p.add_argument("--version", action="version", version="%(prog)s 1.2")
print(p.parse_args(["x", "-vv", "--number=7", "--kv", "a", "1", "--no-flag"])); print(p.format_usage()); print(p.format_help())
for args in (["--mode", "c"], ["--yes", "--no"], ["-n", "x"], ["--version"], ["--what"]):
    try: p.parse_args(args)
    except SystemExit as error: print("exit", error.code)
print(p.parse_known_args(["--other", "q"]), argparse.Namespace(a=1) == argparse.Namespace(a=1))
# --- getopt optparse gettext
import getopt, optparse, gettext
print(getopt.gnu_getopt(["-a", "1", "x", "--long=2"], "a:", ["long="]))
try: getopt.getopt(["-z"], "a")
except getopt.GetoptError as error: print(error)
o = optparse.OptionParser(usage="%prog [x]", prog="t"); o.add_option("-f", "--file", dest="f", help="FILE"); print(o.parse_args(["-f", "x", "rest"])); print(o.format_help())
print(gettext.gettext("hi"), gettext.ngettext("one", "many", 2))
# --- locale and number formats
import locale
for name in ("", "C", "C.UTF-8", "de_DE.UTF-8", "en_US.UTF-8", "xx"):
    try: print(repr(name), locale.setlocale(locale.LC_ALL, name))
    except locale.Error as error: print(repr(name), error)
print(locale.localeconv()["decimal_point"], locale.format_string("%.2f", 1234.5, grouping=True), locale.getpreferredencoding(), locale.strcoll("a", "b") < 0, locale.getdefaultlocale())
print(f"{1234567.891:,.2f} {0.1 + 0.2} {1e300 * 10} {float('nan')} {10**20:_} {255:#x} {3.14159:.3g} {1234:e} {True:d} {-5 % 3} {-5 // 3} {round(2.5)} {round(-1.5)} {7.0:g}")
# --- decimals fractions and complex
from decimal import Decimal as D, getcontext, localcontext, ROUND_HALF_UP, InvalidOperation
from fractions import Fraction as F
import cmath, math
getcontext().prec = 28; print(D("1") / 3, D("0.1") + D("0.2"), D("2.675").quantize(D("0.01"), ROUND_HALF_UP), D("1E+5"), D("NaN"), D(10).sqrt(), D("123.456").as_tuple())
with localcontext() as c: c.prec = 5; print(D(1) / 7)
try: D("x")
except InvalidOperation as error: print(type(error).__name__, error)
print(F(3, 4) + F("0.25"), F(0.1).limit_denominator(100), cmath.sqrt(-1), math.isclose(0.1 + 0.2, 0.3), math.gcd(12, 18), math.comb(50, 25), math.factorial(25), math.fsum([0.1] * 10), math.dist((0, 0), (3, 4)), math.nextafter(1, 2), math.ulp(1.0), math.log2(1024), math.erf(0.5), math.gamma(5.5), math.hypot(1, 2, 3))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: 2.0 ** 5000, lambda: int("12x"), lambda: float("1_0x"), lambda: 1 % 0):
    try: f()
    except (ValueError, OverflowError, ZeroDivisionError) as error: print(type(error).__name__, error)
print((2 ** 521 - 1) % 1000007, pow(3, -1, 7), int("z", 36), (255).to_bytes(2, "little"), int.from_bytes(b"\xff\x00", "big", signed=True), (10 ** 30).bit_length(), hash(2 ** 40) == 2 ** 40 % (2 ** 31 - 1) or True, 0.1.hex(), float.fromhex("0x1p-3"), (0.75).as_integer_ratio(), bin(-5), 5 .bit_count())
# --- dates in reports
import datetime as d, calendar, collections
days = [d.date(2024, 1, 31) + d.timedelta(days=i * 17) for i in range(12)]
by = collections.Counter(day.strftime("%Y-%m") for day in days); print(by.most_common())
def add_months(day, n):
    y, m = divmod(day.month - 1 + n, 12); y += day.year; m += 1
    return day.replace(year=y, month=m, day=min(day.day, calendar.monthrange(y, m)[1]))
print([add_months(d.date(2024, 1, 31), n).isoformat() for n in range(5)], calendar.isleap(2100), (d.date(2024, 12, 25) - d.date.fromisoformat("2024-02-29")).days)
print(calendar.TextCalendar(6).formatmonth(2024, 2)); print(calendar.month_name[5], calendar.day_abbr[0], d.datetime(2024, 2, 29, 13, 5).strftime("%I:%M %p %a %-d %b '%y %U %w %%"))
try: d.date(2023, 2, 29)
except ValueError as error: print(error)
try: d.datetime.strptime("2024-13-01", "%Y-%m-%d")
except ValueError as error: print(error)
print(d.timedelta(seconds=90061), str(d.timedelta(-1)), d.timedelta(hours=1) / d.timedelta(minutes=7), divmod(d.timedelta(hours=5), d.timedelta(hours=2)), d.timezone(d.timedelta(hours=-3, minutes=-30)), d.datetime(2024, 1, 1, tzinfo=d.timezone.utc).timestamp())
# --- xml html and templates
import xml.etree.ElementTree as E, html, html.parser, string, xml.dom.minidom, xml.sax
root = E.fromstring("<r xmlns:x='urn:x'><x:a n='1'>t&amp;u</x:a><b/><b>2</b>tail</r>"); print([(e.tag, e.attrib, e.text) for e in root], root.findall("b")[1].text, E.tostring(root, encoding="unicode"), root.find("{urn:x}a").get("n"))
t = E.ElementTree(E.Element("top", k="v")); E.SubElement(t.getroot(), "c").text = "é<"; E.indent(t); t.write("o.xml", encoding="utf-8", xml_declaration=True); print(open("o.xml").read())
for event, e in E.iterparse("doc.xml", events=("start", "end")): print(event, e.tag, end=" ")
print(xml.dom.minidom.parseString("<a><b>1</b></a>").toprettyxml(indent=" ")); print(html.escape("<a href='x'>&"), html.unescape("&lt;&eacute;&#x27;&amp;amp;"))
class H(xml.sax.ContentHandler):
    def startElement(self, n, a): print("<", n, dict(a), end=" ")
xml.sax.parseString(b"<q a='1'><w/></q>", H()); print()
try: E.fromstring("<a><b></a>")
except E.ParseError as error: print(error, error.position)
print(string.Template("$a ${b}c $$").substitute(a=1, b=2), string.Template("$a $z").safe_substitute(a=1), string.capwords("a bc"), "{0!r:>6}|{x[k]}|{y.real:.1f}".format("a", x={"k": 5}, y=2j), "%-5s|%05.1f|%x|%(n)s" % {"n": 1} if False else "%-5s|%05.1f|%x" % ("ab", 3.14159, 255))
# --- email and mime
import email, email.message, email.policy, mimetypes, quopri, smtplib, base64, mailbox, os
m = email.message.EmailMessage(); m["Subject"] = "Grüße"; m["From"] = "Ann <a@b.c>"; m["To"] = "x@y.z"; m.set_content("Hällo\n"); m.add_alternative("<p>Hi</p>", subtype="html"); m.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="f.bin")
text = m.as_string(); print(m["subject"], m.get_content_type(), [p.get_content_type() for p in m.walk()], "=?utf-8?" in text)
parsed = email.message_from_string(text.replace(m.get_boundary(), "B"), policy=email.policy.default); print(parsed["subject"], parsed.get_body(("plain",)).get_content(), [a.get_filename() for a in parsed.iter_attachments()])
print(mimetypes.guess_type("a.tar.gz"), mimetypes.guess_extension("text/html"), quopri.encodestring(b"a=\xe9"), base64.b85encode(b"hello"), base64.urlsafe_b64encode(b"\xff\xfe"), email.utils.parseaddr("N <n@x>"), email.utils.formatdate(0))
box = mailbox.mbox("m.mbox"); box.add("From: a@b\nSubject: s\n\nbody\n"); box.flush(); print(len(box), box[0]["subject"]); box.close(); os.remove("m.mbox")
# --- select and pipes
import os, select, selectors, fcntl, errno, time
r, w = os.pipe(); print(select.select([r], [], [], 0.01)); os.write(w, b"x" * 10); print(select.select([r], [w], [], 1)[0] == [r], os.read(r, 4), os.get_blocking(r))
os.set_blocking(r, False); print(os.read(r, 100))
try: os.read(r, 1)
except BlockingIOError as error: print(error.errno == errno.EAGAIN)
sel = selectors.DefaultSelector(); sel.register(r, selectors.EVENT_READ, "data"); os.write(w, b"!"); print([(k.data, e) for k, e in sel.select(1)]); os.close(w); print(os.read(r, 9), os.read(r, 9)); os.close(r)
p = select.poll(); r, w = os.pipe(); p.register(r, select.POLLIN); print(p.poll(10)); os.write(w, b"1"); print(p.poll(10)[0][1] == select.POLLIN)
with os.fdopen(w, "w") as f: f.write("text")
print(os.fdopen(r).read()); s = os.popen("echo hi; exit 3"); print(s.read(), s.close())
print(os.system("exit 4") >> 8, os.waitstatus_to_exitcode(os.system("exit 5")), os.WEXITSTATUS(os.system("exit 6")))
fd = os.open("raw", os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o640); os.write(fd, b"0123456789"); os.lseek(fd, 2, 0); print(os.read(fd, 3), os.pread(fd, 2, 8), os.fstat(fd).st_size); os.ftruncate(fd, 4); os.fsync(fd); fcntl.flock(fd, fcntl.LOCK_EX); os.close(fd); print(oct(os.stat("raw").st_mode), open("raw").read())
try: os.open("raw", os.O_CREAT | os.O_EXCL)
except FileExistsError as error: print(error)
try: os.close(99)
except OSError as error: print(error)
# --- file descriptors and modes
import os, stat, io, sys
os.mkdir("priv", 0o700); os.makedirs("x/y", mode=0o750); print([oct(stat.S_IMODE(os.stat(p).st_mode)) for p in ("priv", "x", "x/y")])
old = os.umask(0o077); open("secret", "w").close(); os.mkdir("hidden"); os.umask(old); print([oct(stat.S_IMODE(os.stat(p).st_mode)) for p in ("secret", "hidden")])
os.chmod("secret", 0o4755); print(stat.filemode(os.stat("secret").st_mode)); os.chmod("secret", stat.S_IRUSR | stat.S_IWUSR); print(os.access("secret", os.R_OK), os.access("secret", os.X_OK))
with open("t.bin", "wb", buffering=0) as f: print(f.write(b"abc"), f.fileno() > 2, f.raw if hasattr(f, "raw") else "raw")
with open("t.bin", "r+b") as f: f.seek(1); f.write(b"Z"); f.seek(0, 2); print(f.tell()); f.truncate(2)
print(open("t.bin", "rb").read(), io.open_code("t.bin").read())
with open("u.txt", "w", encoding="utf-16", newline="\r\n") as f: print(f.write("a\nb"), f.encoding, f.newlines, f.line_buffering)
print(open("u.txt", "rb").read()); print(open("u.txt", encoding="utf-16").read().split("\n"))
for mode in ("rw", "x", "r"):
    try: open("t.bin" if mode != "r" else "none", mode)
    except (ValueError, OSError) as error: print(type(error).__name__, error)
try: open("priv")
except IsADirectoryError as error: print(error)
print(os.stat("t.bin", follow_symlinks=False).st_nlink, os.path.getsize("t.bin"), os.path.commonpath(["/a/b", "/a/c"]), os.path.splitext("a.tar.gz"), os.path.normpath("a/../b//c"), os.path.relpath("/a/b", "/a/c/d"), os.fspath("x"), os.path.expandvars("$HOME/x"), os.path.ismount("/"), os.path.lexists("zz"))
os.utime("t.bin", (1, 2)); print(os.stat("t.bin").st_mtime, os.stat("t.bin").st_atime_ns); print(sorted(e.name for e in os.scandir(".") if e.is_dir()), next(os.walk("."))[1] != [], os.listdir("priv"), os.cpu_count() is not None)
# --- unittest runs of many kinds
import unittest, sys, io
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls): print("class up")
    def setUp(self): self.addCleanup(print, "cleanup")
    def test_a(self): self.assertEqual({"a": [1, 2]}, {"a": [1, 3]})
    def test_b(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    @unittest.skip("later")
    def test_c(self): pass
    @unittest.expectedFailure
    def test_d(self): self.fail("known")
    def test_e(self):
        with self.assertRaisesRegex(ValueError, "inv.*"): int("x")
        with self.assertLogs("q", "INFO") as cm: __import__("logging").getLogger("q").info("m")
        self.assertEqual(cm.output, ["INFO:q:m"]); self.assertCountEqual([1, 2], [2, 1]); self.assertAlmostEqual(1.0, 1.00000001)
    def test_f(self): raise RuntimeError("broken")
class A(unittest.IsolatedAsyncioTestCase):
    async def test_async(self): import asyncio; await asyncio.sleep(0); self.assertTrue(True)
out = io.StringIO(); suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]); result = unittest.TextTestRunner(out, verbosity=2).run(suite)
import re; print(re.sub(r"in \d\.\d+s", "in Ns", out.getvalue())); print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped))
# --- context and typing
import contextlib, typing, functools, dataclasses, enum, abc, types, collections.abc
@contextlib.contextmanager
def tag(name):
    print("<", name); 
    try: yield name.upper()
    finally: print(">", name)
with contextlib.ExitStack() as stack: print([stack.enter_context(tag(n)) for n in "ab"]); stack.callback(print, "cb")
with contextlib.redirect_stdout(__import__("io").StringIO()) as s: print("hidden")
print(s.getvalue(), contextlib.nullcontext(3).__enter__())
@functools.singledispatch
def show(x): return "obj"
@show.register
def _(x: int): return "int"
@show.register(list)
def _(x): return "list"
print(show(1), show([]), show("")); 
class P(typing.NamedTuple): x: int; y: float = 2.0
print(P(1), P(1)._replace(y=3), typing.get_type_hints(P), typing.Optional[int], list[int] | None, typing.get_origin(dict[str, int]), typing.get_args(typing.Literal["a", 1]))
class TD(typing.TypedDict, total=False): a: int
print(TD(a=1), TD.__annotations__, isinstance([], collections.abc.Sequence), isinstance({}, typing.Mapping))
@dataclasses.dataclass(slots=True, kw_only=True)
class C: a: int; b: list = dataclasses.field(default_factory=list)
print(C(a=1), dataclasses.fields(C)[0].name, dataclasses.asdict(C(a=2, b=[C(a=3)]))); 
class S(enum.StrEnum): A = enum.auto(); B = "bee"
class I(enum.IntFlag): R = 4; W = 2
print(S.A, list(S), I.R | I.W, I(6), I.R in I(6), S("bee").name, enum.Enum("Dyn", "x y").y.value)
@functools.cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info(), functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(int, base=2)("101"))
class Meta(type):
    def __new__(m, n, b, d): d["made"] = n.lower(); return super().__new__(m, n, b, d)
class W(metaclass=Meta): 
    def __init_subclass__(cls, **k): print("sub", cls.__name__, k)
class V(W, x=1): pass
print(V.made, types.SimpleNamespace(a=1), type("X", (), {"z": 1})().z, V.__mro__[1].__name__)
match {"k": [1, 2, {"z": 3}]}:
    case {"k": [1, *rest]} if rest: print("rest", rest)
match P(1, 2):
    case P(x=1, y=y): print("y", y)
# --- refactor with ast and regex
import ast, re, pathlib, difflib
src = pathlib.Path("src/app/util.py").read_text(); tree = ast.parse(src)
class R(ast.NodeTransformer):
    def visit_FunctionDef(self, n): self.generic_visit(n); n.decorator_list.append(ast.Name("cached", ast.Load())); return n
    def visit_Name(self, n): return ast.copy_location(ast.Name({"x": "value"}.get(n.id, n.id), n.ctx), n)
new = ast.unparse(ast.fix_missing_locations(R().visit(tree))); print(new)
print("".join(difflib.unified_diff(src.splitlines(1), (new + "\n").splitlines(1), "a", "b")))
for p in pathlib.Path("src").rglob("*.py"):
    t = p.read_text(); u, n = re.subn(r"\bold_name\b", "new_name", t)
    if n: p.write_text(u); print(p, n)
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), list(difflib.ndiff(["a\n"], ["b\n"])))
print([ (n.name, n.lineno, n.end_lineno, ast.get_docstring(n)) for n in ast.walk(ast.parse(pathlib.Path("src/app/core.py").read_text())) if isinstance(n, (ast.FunctionDef, ast.ClassDef))])
print(ast.dump(ast.parse("f(x, *a, k=1)[1:2]", mode="eval"), indent=1)); print(compile("a := 1" if 0 else "(a := 1)", "", "eval").co_names, ast.literal_eval("{'a': [1, (2, None)]}"))
# --- csv of many dialects
import csv, io, sys, collections, statistics
rows = list(csv.DictReader(open("sales.csv"))); tot = collections.defaultdict(float)
for r in rows: tot[r["region"]] += int(r["quantity"]) * float(r["price"])
for k, v in sorted(tot.items(), key=lambda kv: -kv[1]): print(f"{k:<8}{v:>12,.2f}")
w = csv.DictWriter(sys.stdout, ["a", "b"], extrasaction="ignore", restval="-", quoting=csv.QUOTE_NONNUMERIC); w.writeheader(); w.writerow({"a": 1, "c": 2}); w.writerow({"a": 'q"x', "b": "l1\nl2"})
print(list(csv.reader(io.StringIO("a;'b;c';d\r\n"), delimiter=";", quotechar="'")), csv.Sniffer().sniff("a|b|c\n1|2|3\n").delimiter, csv.list_dialects())
try: list(csv.reader(io.StringIO('"a\n'), strict=True))
except csv.Error as e: print(e)
q = [float(r["price"]) for r in rows]; print(statistics.mean(q), statistics.median(q), round(statistics.stdev(q), 6), statistics.quantiles(q, n=4), statistics.mode([1, 1, 2]), statistics.linear_regression([1, 2, 3], [2, 4, 6]))
with open("out.tsv", "w", newline="") as f: csv.writer(f, delimiter="\t", lineterminator="\n").writerows([["x", "é"], [1, None]])
# --- json of many forms
import json, decimal, datetime, io
print(json.dumps({"é": [1, None, True, 1.5e300, float("inf")]}, ensure_ascii=False), json.dumps({"b": 1, "a": {"c": []}}, indent="\t", sort_keys=True), json.dumps([1, 2], separators=(",", ":")), json.dumps({1: 2, None: 3, True: 4}))
for bad in ('{"a": }', "[1,]", "nul", '"\x01"', "{'a': 1}", "[1] x", "", '"\\ud800"', "1e999", "-"):
    try: print(bad.encode(), json.loads(bad))
    except json.JSONDecodeError as e: print(e)
print(json.loads("1.10", parse_float=decimal.Decimal), json.loads('{"a":1,"a":2}', object_pairs_hook=list), json.JSONDecoder().raw_decode('{"a":1} rest'))
try: json.dumps({1, 2})
except TypeError as e: print(e)
try: json.dumps({(1,): 2})
except TypeError as e: print(e)
print(json.dumps(datetime.date(2024, 1, 1), default=str), [*json.JSONEncoder(indent=1).iterencode([1, {"a": 2}])]); json.dump(list(range(3)), f := io.StringIO()); print(f.getvalue())
# --- regex in depth
import re
print(re.findall(r"(?P<k>\w+)=(?P<v>\d+)", "a=1, b=22"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.split(r"([,;])\s*", "a, b;c"), re.sub("x*", "-", "abxd"), re.fullmatch(r"\d{3}-\d{4}", "555-1234").span())
print(re.sub(r"\b(\w)", lambda m: m[1].upper(), "make it title"), re.compile(r"^\s*#.*$", re.M).findall("# a\nb\n # c"), re.search(r"(?<=\$)\d+(?!\d)", "cost $45").group(), re.match(r"(?i)HeLLo", "hello"), re.escape("a.b*c"), re.compile("(a)(b)?").match("a").groups("none"))
print([m.start() for m in re.finditer("(?=aa)", "aaaa")], re.sub(r"(?x) \d+  # digits", "N", "a1b22"), re.split(r"\W+", "Words, words; ok."), re.findall(r"[^\W\d_]+", "naïve café_1 Ωmega"), re.match(r"(?:(\d+)|(\w+))+?$", "12ab").groups(), re.compile(r"\N{GREEK SMALL LETTER ALPHA}").search("α") is not None, re.sub(r"\s+", " ", "a \n\t b"), re.findall(r"(?s)<(.+?)>", "<a\nb><c>"), re.fullmatch(r"(?>a+)b", "aaab") is not None, re.match(r"a*+b", "aab") is not None)
for bad in ("(", "[a", "*a", "(?P<x>a)(?P<x>b)", r"\1", "(?<=a+)b", "a{2,1}"):
    try: re.compile(bad)
    except re.error as e: print(e, e.pos)
# --- text wrapping and tables
import textwrap, pprint, unicodedata, string, shlex
print(textwrap.fill("The quick brown fox jumps over the lazy dog " * 3, 40, initial_indent="* ", subsequent_indent="  ")); print(textwrap.shorten("a long sentence here", 12), textwrap.dedent("  a\n   b\n"), textwrap.indent("x\n\ny\n", "> "))
pprint.pprint({"k" * i: list(range(i * 4)) for i in range(1, 6)}, width=60, compact=True); pprint.pp({"z": 1, "a": {"n": None}}, depth=1)
print(unicodedata.normalize("NFD", "é").encode(), unicodedata.name("Ω"), unicodedata.category("a"), unicodedata.east_asian_width("中"), "ß".upper(), "İ".lower().encode(), "ǅ".title(), "a\u0301".isidentifier(), "٣".isdigit(), int("٣"), "ﬁ".casefold(), "Straße".encode("ascii", "xmlcharrefreplace"), "tab\tx".expandtabs(4), "a,b,,c".rsplit(",", 1), "abc".translate(str.maketrans("ab", "xy", "c")), "x".center(7, "*"), "%08.3f" % -3.14159, "{:>+10.2%}".format(0.1234), "left".ljust(6) + "|", "Title Case".swapcase(), "a-b_c".partition("-"), "abc".removeprefix("a").removesuffix("c"))
print(shlex.split("a 'b c' \"d\\\"e\" f\\ g # c", comments=True), shlex.quote("it's"), shlex.join(["a b", "c"]), ascii("é\n"), repr("'\""), "\N{BULLET}", "a\\b".encode("unicode_escape"), b"\\x41".decode("unicode_escape"), "é".encode("latin-1"), "日本".encode("shift_jis"), "日本".encode("gb18030"), "x".encode("utf-16"), b"\xff".decode("utf-8", "backslashreplace"), "é".encode("cp437"), "привет".encode("koi8-r"), "abc".encode("rot13") if 0 else __import__("codecs").encode("abc", "rot13"))
# --- collections in depth
import collections, heapq, bisect, itertools, operator, array, copy
c = collections.Counter("mississippi"); print(c.most_common(2), c - collections.Counter("miss"), +collections.Counter(a=-1, b=2), c.total(), sorted(c.elements())[:3])
d = collections.deque(range(5), maxlen=4); d.rotate(1); d.appendleft(9); print(d, d.index(1)); o = collections.OrderedDict(a=1, b=2); o.move_to_end("a"); print(o, o.popitem(last=False)); m = collections.ChainMap({"a": 1}, {"a": 2, "b": 3}); print(m["a"], dict(m), m.new_child({"c": 4}))
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); print(heapq.heappop(h), heapq.nlargest(2, h), list(heapq.merge([1, 3], [2])), bisect.bisect([1, 2, 2, 3], 2), bisect.insort(l := [1, 3], 2), l)
print(list(itertools.groupby("aab"))[0][0], list(itertools.product("ab", repeat=2))[:3], list(itertools.combinations(range(4), 2)), list(itertools.accumulate([1, 2, 3], operator.mul)), list(itertools.pairwise("abc")), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), list(itertools.islice(itertools.cycle("ab"), 5)), [*itertools.compress("abc", [1, 0, 1])], [*itertools.starmap(pow, [(2, 3)])], [*itertools.takewhile(lambda x: x < 3, [1, 2, 3, 1])])
a = array.array("i", [1, 2, 3]); a.append(4); print(a, a.tobytes()[:4], a.itemsize, memoryview(a)[1:3].tolist(), memoryview(b"abc").cast("B")[0]); print(sorted([{"n": 2}, {"n": 1}], key=operator.itemgetter("n")), max("abc", key=ord), sorted("bA", key=str.lower), dict(sorted({"b": 1, "a": 2}.items())), {**{"a": 1}, "b": 2} | {"c": 3}, [*range(3), *"ab"], {x % 3 for x in range(5)}, any([]), all([]), sum([[1], [2]], []), list(zip("ab", [1, 2], strict=True)), divmod(-7, 3), list(reversed([1, 2])), list(enumerate("a", 1)), slice(1, 9, 2).indices(5), copy.deepcopy({"a": [1]}))
# --- errors shown to people
import traceback, sys, warnings
def f(n): return g(n - 1) if n else {}["missing"]
def g(n): return f(n)
try: f(3)
except KeyError: traceback.print_exc(limit=2, file=sys.stdout); print(traceback.format_exc().count("File"))
try:
    try: int("x")
    except ValueError as e: raise RuntimeError("wrapped") from e
except RuntimeError as e: print("".join(traceback.format_exception(e)))
try: raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("in", [TypeError("t")])])
except* ValueError as g1: print("values", g1.exceptions)
except* TypeError as g2: print("types", g2.exceptions)
class E(Exception):
    def __str__(self): return f"E with {self.args}"
e = E(1, 2); e.add_note("a note"); print(repr(e), e, traceback.format_exception_only(e)); warnings.warn("careful", stacklevel=1); warnings.simplefilter("error")
try: warnings.warn("now", DeprecationWarning)
except DeprecationWarning as w: print("raised", w)
for code in ("x = = 1", "def f(:", "print 'a'", "for", "  x", "f(**a, *b)", "a b", "'unclosed", "x = [1, 2", "return 1", "1 = x", "f'{a'", "async def f(): yield from x", "import a.b as", "class", "if x:\npass", "\tx\n        y", "del f()", "lambda x: = 1", "nonlocal x", "await x", "break", "é = 1; ü ="):
    try: compile(code, "s.py", "exec")
    except SyntaxError as s: print(repr(code), "->", type(s).__name__, s.msg, s.lineno, s.offset, s.end_offset)
for expr in ("undefined_name", "[].foo", "'a' + 1", "len(5)", "{}['k']", "[1][5]", "int()(1)", "None.x", "f(1, 2, 3)", "f()", "f(y=1)", "'abc'.upper(1)", "1 < 'a'", "{[]}", "open('nope')", "[1].remove(2)", "next(iter([]))", "'{'.format()", "chr(-1)", "bytes([300])", "range(1.5)", "sum(['a'])", "a, b = 1, 2, 3", "(lambda: 1)(2)", "int('')", "float('a')", "'%d' % 'x'", "abs('x')", "sorted([1, 'a'])", "print(x.y.z)", "object()[0]", "type('X')(1, 2)", "max([])", "import_"):
    def f(n): pass
    try: exec(expr)
    except Exception as x: print(expr, "->", type(x).__name__, x)
raise E("at the end")
# --- exit codes and buffers
import subprocess, sys
for code in ("import sys; sys.exit(3)", "import sys; sys.exit('msg')", "raise SystemExit", "raise SystemExit(True)", "import os; os._exit(7)", "import os; os.abort()", "1/0", "import sys; sys.exit(256)", "import sys; sys.exit(-1)", "raise KeyboardInterrupt", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import atexit; atexit.register(print, 'bye'); print('hi')", "import sys; sys.stdout.write('no newline')", "print('a'); import sys; print('b', file=sys.stderr)", "import sys; sys.stdout.close(); print('x')", "import sys; sys.stderr.close(); 1/0", "exit()", "quit(2)", "import os; os.close(1); print('x')", "import sys; sys.excepthook = lambda *a: print('hook', a[0].__name__); 1/0", "class A:\n def __del__(self): print('del')\na = A()", "import sys; print(sys.stdin.read(3)); print(input())", "assert False, 'why'", "import warnings; warnings.warn('w')", "input('prompt> ')", "print(open(0).read())", "import faulthandler; print('fh')", "breakpoint()"):
    r = subprocess.run([sys.executable, "-c", code], input="one\ntwo\n", capture_output=True, text=True); print(repr(code), r.returncode, repr(r.stdout), repr(r.stderr[-200:]))
# --- a small project with tests and a report
import subprocess, sys, pathlib, textwrap, json, os
root = pathlib.Path("proj"); (root / "calc").mkdir(parents=True); (root / "tests").mkdir()
(root / "calc/__init__.py").write_text("from .core import add, div\n__version__ = '1.0'\n"); (root / "calc/core.py").write_text("def add(a, b):\n    '''>>> add(1, 2)\n    3\n    '''\n    return a + b\n\ndef div(a, b):\n    return a / b\n"); (root / "calc/__main__.py").write_text("import sys\nfrom . import add\nprint(add(*map(int, sys.argv[1:])))\n")
(root / "tests/__init__.py").write_text(""); (root / "tests/test_core.py").write_text("import unittest\nfrom calc import add, div\nclass T(unittest.TestCase):\n    def test_add(self): self.assertEqual(add(1, 2), 3)\n    def test_div(self):\n        with self.assertRaises(ZeroDivisionError): div(1, 0)\n    def test_bad(self): self.assertEqual(add('a', 'b'), 'ba')\n")
def run(*a): r = subprocess.run([sys.executable, *a], cwd=root, capture_output=True, text=True); import re; print(a, r.returncode, r.stdout, re.sub(r"\d\.\d+s", "Ns", r.stderr))
run("-m", "unittest"); run("-m", "unittest", "-v", "tests.test_core.T.test_add"); run("-m", "unittest", "discover", "-s", "tests", "-t", "."); run("-m", "calc", "2", "3"); run("-m", "doctest", "calc/core.py", "-v"); run("-c", "import calc; print(calc.__version__, calc.__file__.endswith('calc/__init__.py'))"); run("-m", "compileall", "-q", "calc"); run("-m", "py_compile", "calc/core.py"); run("-m", "pydoc", "calc.core"); run("-m", "timeit", "-n", "1", "-r", "1", "-u", "sec", "pass") if 0 else None; run("-m", "site", "--user-site") if 0 else None; run("-m", "trace", "--count", "--summary", "-C", "/tmp/cov", "calc/core.py"); run("-m", "modulefinder", "calc/core.py") if 0 else None; run("-m", "unittest", "nope"); run("calc")
# --- watch a directory and sync it
import os, hashlib, shutil, pathlib, filecmp, time
def snap(d): return {str(p.relative_to(d)): hashlib.sha1(p.read_bytes()).hexdigest() for p in sorted(pathlib.Path(d).rglob("*")) if p.is_file()}
a = snap("src"); pathlib.Path("src/new.py").write_text("n = 1\n"); pathlib.Path("src/app/util.py").unlink(); b = snap("src"); print(sorted(set(b) - set(a)), sorted(set(a) - set(b)))
shutil.copytree("src", "dst"); pathlib.Path("dst/extra").write_text("e"); c = filecmp.dircmp("src", "dst"); print(c.left_only, c.right_only, c.common_dirs, filecmp.cmp("src/new.py", "dst/new.py", shallow=False)); c.report()
size = sum(f.stat().st_size for f in pathlib.Path(".").rglob("*") if f.is_file()); print(size > 10000, hashlib.md5(b"x").hexdigest(), hashlib.new("sha256", b"x").hexdigest()[:8], hashlib.blake2b(b"x", digest_size=8).hexdigest(), sorted(hashlib.algorithms_guaranteed)[:4], hashlib.pbkdf2_hmac("sha256", b"p", b"s", 1000).hex()[:16], hashlib.sha3_256(b"").hexdigest()[:8], hashlib.file_digest(open("README.md", "rb"), "sha1").hexdigest()); import hmac, secrets, uuid, zlib, binascii; print(hmac.new(b"k", b"m", "sha256").hexdigest()[:8], len(secrets.token_hex(8)), uuid.uuid5(uuid.NAMESPACE_DNS, "x.y"), zlib.crc32(b"x"), zlib.adler32(b"x"), binascii.hexlify(b"a"), len(str(uuid.uuid4())), uuid.uuid1().version)
# --- http server handler without sockets
import http.server, http.cookies, urllib.parse, urllib.request, socket, wsgiref.util, io, http
print(urllib.parse.urlencode({"a": [1, 2], "é": " "}, doseq=True), urllib.parse.quote("a b/é"), urllib.parse.parse_qs("a=1&a=2&b="), urllib.parse.urljoin("http://x/a/b", "../c?d#e"), urllib.parse.urlsplit("https://u:p@h:80/p;x?q#f"), urllib.parse.unquote_plus("a+%C3%A9"))
c = http.cookies.SimpleCookie(); c["s"] = "v"; c["s"]["path"] = "/"; print(c, http.HTTPStatus(404).phrase, http.client.responses[200] if hasattr(http, "client") else "")
env = {}; wsgiref.util.setup_testing_defaults(env); print(env["HTTP_HOST"], wsgiref.util.request_uri(env)); print(urllib.request.Request("http://x/", data=b"a", headers={"A": "b"}).get_method(), urllib.request.pathname2url("/a b"))
# --- struct ctypes-free binary parsing
import struct, io, zlib, wave, array
print(struct.pack("<IHb3s", 1, 2, -3, b"ab"), struct.unpack(">d", struct.pack(">d", 1.5)), struct.calcsize("<qfx"), list(struct.iter_unpack("<H", b"\1\0\2\0")), struct.pack("!?e", True, 0.5))
def png(w, h):
    raw = b"".join(b"\0" + bytes([x * 7 % 256, 0, 0] * w) for x in range(h)); ch = lambda t, d: struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
    return b"\x89PNG\r\n\x1a\n" + ch(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) + ch(b"IDAT", zlib.compress(raw, 9)) + ch(b"IEND", b"")
open("i.png", "wb").write(png(4, 4)); print(len(png(4, 4)))
try: struct.unpack("<I", b"ab")
except struct.error as e: print(e)
try: struct.pack("B", 300)
except struct.error as e: print(e)
with wave.open("t.wav", "wb") as w: w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000); w.writeframes(array.array("h", range(50)).tobytes())
with wave.open("t.wav") as w: print(w.getparams())
