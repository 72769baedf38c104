# --- pathlib walk with sizes
import pathlib
for p in sorted(pathlib.Path(".").rglob("*")):
    if p.is_file() and p.suffix in {".py", ".md", ".toml"} and p.name != "prog.py":
        print(p.as_posix(), p.stat().st_size, p.parent.name, p.stem)
# --- os.walk counts by suffix
import os, collections
n = collections.Counter()
for root, dirs, files in os.walk("src"):
    dirs.sort()
    for f in files: n[os.path.splitext(f)[1]] += 1
    print(root, dirs, sorted(files))
print(dict(n))
# --- create rename copy remove
import os, shutil
os.makedirs("d/e/f"); open("d/e/f/x", "w").write("x")
shutil.copytree("d", "d2"); shutil.move("d2/e/f/x", "d2/y"); os.rename("d2", "d3")
print(sorted(os.listdir("d3")), os.path.exists("d2"), open("d3/y").read())
shutil.rmtree("d"); os.remove("d3/y"); os.removedirs("d3/e/f")
print(os.path.exists("d3"), shutil.disk_usage(".").total > 0)
# --- modes and symlinks
import os, stat
open("f", "w").close(); os.chmod("f", 0o640); os.symlink("f", "l"); os.link("f", "h")
print(stat.filemode(os.stat("f").st_mode), os.readlink("l"), os.path.islink("l"), os.stat("h").st_nlink, os.lstat("l").st_size, stat.filemode(os.lstat("l").st_mode))
print(os.access("f", os.X_OK), os.path.samefile("f", "h"), os.path.realpath("l") == os.path.abspath("f"))
os.umask(0o077); open("g", "w").close(); print(oct(os.stat("g").st_mode & 0o777))
# --- times and utime
import os, time
open("f", "w").close(); os.utime("f", (1000000000, 1000000001.5))
s = os.stat("f"); print(s.st_mtime, s.st_mtime_ns, time.gmtime(s.st_atime)[:6])
# --- temp files
import tempfile, os
with tempfile.TemporaryDirectory() as d:
    with tempfile.NamedTemporaryFile("w+", dir=d, suffix=".txt", delete=False) as f: f.write("hi"); f.seek(0); print(f.read(), f.name.endswith(".txt"), os.path.dirname(f.name) == d)
    print(len(os.listdir(d)))
print(os.path.exists(d))
with tempfile.TemporaryFile() as f: f.write(b"x" * 10); print(f.tell())
with tempfile.SpooledTemporaryFile(4) as f: f.write(b"12345"); f.seek(1); print(f.read())
# --- glob and fnmatch
import glob, fnmatch, pathlib
print(sorted(glob.glob("*.c*")), sorted(glob.glob("src/**/*.py", recursive=True)), fnmatch.filter(["a.py", "b.txt"], "*.p?"), fnmatch.translate("a*[!b]?"))
print(pathlib.PurePosixPath("/a/b/../c.tar.gz").suffixes, pathlib.Path("a/b").joinpath("../c").resolve().name, pathlib.Path("/a/b/c").relative_to("/a"), pathlib.Path("x.txt").with_suffix(".md"), pathlib.Path("a").match("?"))
pathlib.Path("/a").relative_to("/b")
# --- binary read write seek
with open("b.bin", "wb+") as f:
    f.write(bytes(range(20))); f.seek(5); print(f.read(3), f.tell()); f.seek(-2, 2); f.write(b"AB"); f.truncate(19)
print(open("b.bin", "rb").read()[-4:])
with open("b.bin", "r+b") as f: f.seek(0); f.write(b"\xff")
with open("b.bin", "ab") as f: f.write(b"end")
import os
print(os.path.getsize("b.bin"), open("b.bin", "rb").read(1))
open("b.bin", "x")
# --- text newlines and encodings
open("n.txt", "w", newline="\r\n").write("a\nb\n")
print(open("n.txt", "rb").read(), open("n.txt").read(), open("n.txt", newline="").readlines())
with open("n.txt", "w") as f: print("x", 1, sep="|", end="!\n", file=f); f.writelines(["p\n", "q"])
for i, line in enumerate(open("n.txt")): print(i, repr(line))
# --- in-place edit with fileinput
import fileinput
for line in fileinput.input("config.ini", inplace=True, backup=".bak"):
    print(line.replace("8080", "9090"), end="")
print(open("config.ini").read(), open("config.ini.bak").readline())
# --- os level files
import os
fd = os.open("raw", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
print(os.write(fd, b"hello"), os.lseek(fd, 1, os.SEEK_SET), os.read(fd, 2), os.pread(fd, 2, 3), os.fstat(fd).st_size)
os.ftruncate(fd, 2); os.fsync(fd); os.close(fd)
print(open("raw").read(), os.path.getsize("raw"))
os.read(fd, 1)
# --- scandir and stat order
import os
with os.scandir(".") as it:
    for e in sorted(it, key=lambda e: e.name):
        if e.name != "prog.py": print(e.name, e.is_dir(), e.is_file(), e.is_symlink())
# --- missing file error
open("no/such/file.txt")
# --- file errors by kind
import os
for f in (lambda: open("src"), lambda: os.mkdir("src"), lambda: os.rmdir("src"), lambda: os.listdir("README.md"), lambda: os.remove("none"), lambda: os.rename("none", "x"), lambda: os.readlink("README.md"), lambda: os.chdir("README.md"), lambda: open("README.md/x"), lambda: os.stat("")):
    try: f()
    except OSError as e: print(type(e).__name__, e, e.errno, e.strerror, e.filename, e.filename2)
# --- errno table
import errno, os
print(errno.ENOENT, errno.EACCES, errno.EEXIST, errno.ENOTEMPTY, errno.EAGAIN, errno.EINVAL, errno.ETIMEDOUT, errno.ECONNREFUSED)
print([os.strerror(n) for n in (1, 2, 5, 11, 13, 17, 20, 21, 22, 28, 32, 39, 40, 110, 111, 999)], errno.errorcode[32], len(errno.errorcode))
print(repr(OSError(2, "x")), repr(OSError(11, "y")), repr(OSError(104, "z")))
# --- environment
import os
os.environ["NEW"] = "1"; print(os.getenv("NEW"), os.environ.get("NONE", "d"), "PATH" in os.environ, os.path.expandvars("$NEW/${NEW}x"), os.pathsep, os.sep, os.linesep.encode(), os.name)
del os.environ["NEW"]; os.environ["NEW"]
# --- json config update keeps order
import json, pathlib
p = pathlib.Path("people.json"); d = json.loads(p.read_text()); d[0]["age"] += 1; d.append({"id": 99})
p.write_text(json.dumps(d, indent=2) + "\n"); print(p.read_text()[:60], len(p.read_text().splitlines()))
# --- atomic write and lock
import os, fcntl
with open("lock", "w") as l:
    fcntl.flock(l, fcntl.LOCK_EX)
    with open("new.tmp", "w") as f: f.write("v2"); f.flush(); os.fsync(f.fileno())
    os.replace("new.tmp", "new"); fcntl.flock(l, fcntl.LOCK_UN)
print(open("new").read(), os.path.exists("new.tmp"))
# --- mmap of a file
import mmap
open("m", "wb").write(b"hello world")
with open("m", "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
    print(m[:5], m.find(b"world"), len(m)); m[0:1] = b"J"; m.flush()
print(open("m").read())
# --- hash of all sources
import hashlib, pathlib
h = hashlib.sha256()
for p in sorted(pathlib.Path("src").rglob("*.py")): h.update(p.read_bytes())
print(h.hexdigest(), hashlib.file_digest(open("README.md", "rb"), "md5").hexdigest())
# --- io in memory
import io
s = io.StringIO("a\nb"); print(s.readline(), s.read(), s.getvalue()); s.write("c"); print(s.tell())
b = io.BytesIO(b"x" * 5); b.seek(2); print(b.readinto(bytearray(2)), b.getbuffer().nbytes); w = io.TextIOWrapper(io.BytesIO(), "utf-16"); w.write("é"); w.flush(); print(w.buffer.getvalue())
io.StringIO().fileno()
# --- big file line by line
with open("big.txt", "w") as f:
    for i in range(200000): f.write(f"{i} line\n")
n = s = 0
for line in open("big.txt"): n += 1; s += len(line)
print(n, s)
import os
os.remove("big.txt")
# --- find large and duplicate files
import os, hashlib, collections
by = collections.defaultdict(list)
open("copy.md", "w").write(open("README.md").read())
for r, _, fs in os.walk("."):
    for f in fs:
        p = os.path.join(r, f)
        if f != "prog.py" and os.path.getsize(p): by[hashlib.md5(open(p, "rb").read()).hexdigest()].append(p)
print(sorted(sorted(v) for v in by.values() if len(v) > 1))
# --- import own package
import sys
sys.path.insert(0, "src")
from app import core
core.main()
import importlib; importlib.reload(core); print(core.__name__, core.__file__.split("/")[-1], sys.modules["app.util"].helper(1))
from app import nothing
# --- resources and main module
import sys, os, runpy
print(__name__, __file__.endswith("prog.py"), sys.argv[1:], os.path.basename(sys.argv[0]))
sys.path.insert(0, "src"); open("m.py", "w").write("print('run', __name__)\nx = 3\n")
print(runpy.run_path("m.py", run_name="__main__")["x"])
import m
