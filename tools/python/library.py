"""library.py CPYTHON BUILD OUT [WHEEL…]: the standard library as one tar, sources and bytecode, the same bytes every time.

Laid out as it appears at /usr/lib/python3.11, so that tracebacks, inspect and `cat` show what they show elsewhere."""
import importlib.util
import io
import marshal
import pathlib
import re
import sys
import tarfile
import zipfile

from edit_library import edited

INSIDE = "/usr/lib/python3.11/"
# Tests, graphical programs, and what needs an operating system that is not here.
LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "turtle.py", "lib2to3", "ensurepip", "curses", "msilib", "ctypes",
            "__pycache__", "idle_test", "site-packages", "_aix_support.py", "_osx_support.py", "pty.py", "tty.py", "nturl2path.py",
            "crypt.py", "nis.py", "ossaudiodev.py", "plat-mac", "cgitb.py", "config-3.11"}
MTIME = 1700000000

source, build, out = (pathlib.Path(each) for each in sys.argv[1:4])
here = pathlib.Path(__file__).parent
files = {}


def take(folder, prefix=""):
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not LEFT_OUT.intersection(path.parts) and file.suffix not in {".exe", ".bat", ".ico"}:
            files[prefix + path.as_posix()] = file.read_bytes()


take(source / "Lib")
for generated in sorted(build.glob("build/lib.*/_sysconfigdata_*.py")):
    text = generated.read_text()
    files[generated.name] = re.sub(r"(?<=[ '=])/[^ ']*?/(cpython|build|tools|lib)(?=[/ '])", r"/python/\1", text).encode()
for path in list(files):
    if path.endswith(".py"):
        try:
            files[path] = edited(path, files[path].decode()).encode()
        except UnicodeDecodeError:
            pass
take(here / "lib")
# The folder that getpath takes as the sign of exec_prefix.
files["lib-dynload/README"] = b"Extension modules are built into the interpreter.\n"
for wheel in sys.argv[4:]:
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                files["site-packages/" + name] = archive.read(name)


def bytecode(path, text):
    """An unchecked-hash .pyc (PEP 552): the sources cannot change."""
    try:
        code = compile(text, INSIDE + path, "exec", dont_inherit=True, optimize=0)
    except SyntaxError:
        return None
    return (importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(text) + marshal.dumps(code))


for path, text in list(files.items()):
    if path.endswith(".py"):
        code = bytecode(path, text)
        if code is not None:
            folder, _, name = path.rpartition("/")
            files[f"{folder}/__pycache__/{name[:-3]}.cpython-311.pyc".lstrip("/")] = code

with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as archive:
    for path in sorted(files):
        entry = tarfile.TarInfo(path)
        entry.size, entry.mtime, entry.mode = len(files[path]), MTIME, 0o644
        archive.addfile(entry, io.BytesIO(files[path]))
print(f"{out}: {len(files)} files, {out.stat().st_size} bytes")
