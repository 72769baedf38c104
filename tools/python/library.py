"""library.py CPYTHON BUILD OUT ROOT [WHEEL…]: the standard library as one tar, sources and bytecode, the same bytes every
time, and as a folder for the snapshot to be taken from, where all is compiled.

Laid out as it appears at /usr/lib/python3.11, so that tracebacks, inspect and `cat` show what they show elsewhere."""
import ast
import importlib.util
import io
import marshal
import os
import pathlib
import pprint
import re
import subprocess
import sys
import tarfile
import zipfile

sys.path.append(str(pathlib.Path(__file__).parent / "lib"))
from _shadowbox import AHEAD  # noqa: E402

INSIDE = "/usr/lib/python3.11/"
# Tests, graphical programs, and what needs an operating system that is not here.
LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "turtle.py", "lib2to3", "ensurepip", "curses", "msilib", "ctypes",
            "__pycache__", "idle_test", "site-packages", "_aix_support.py", "_osx_support.py", "pty.py", "tty.py", "nturl2path.py",
            "crypt.py", "nis.py", "ossaudiodev.py", "plat-mac", "cgitb.py", "config-3.11", "pydoc_data", "multiprocessing",
            "bdist_rpm.py", "msvc9compiler.py", "_msvccompiler.py", "msvccompiler.py", "cygwinccompiler.py", "bcppcompiler.py",
            "windows_events.py", "windows_utils.py", "__phello__", "RECORD", "WHEEL", "top_level.txt"}
# Compiled when imported, because they seldom are, or because the registry has its 20 MB. So are those of the snapshot: see
# lib/_shadowbox.py.
SOURCE_ONLY = set("""_compat_pickle _httpcore _markupbase _pydecimal _pyio aifc asynchat asyncore bdb cProfile calendar cgi chunk cmd
code codeop compileall concurrent dbm distutils doctest filecmp fileinput
ftplib gettext html imaplib imghdr imp mailbox mailcap modulefinder multiprocessing netrc nntplib ntpath
optparse pdb pickletools pip pipes plistlib poplib profile pstats pyclbr pydoc rlcompleter sched smtpd smtplib
sndhdr socketserver stringprep sunau symtable sysconfig tabnanny tarfile telnetlib this tomllib
trace tracemalloc unittest uu venv wave webbrowser wsgiref xdrlib xml xmlrpc zipapp zipimport zoneinfo""".split())
# What of them is imported often.
OFTEN = {*"""concurrent/__init__.py concurrent/futures/__init__.py concurrent/futures/_base.py concurrent/futures/process.py
concurrent/futures/thread.py unittest/__init__.py unittest/case.py unittest/loader.py
unittest/main.py unittest/result.py unittest/runner.py unittest/signals.py unittest/suite.py unittest/util.py xml/__init__.py
xml/etree/__init__.py xml/etree/ElementPath.py xml/etree/ElementTree.py""".split()}
# And of the rest what never is, as it is frozen or for another system.
NEVER = {"_sitebuiltins.py", "asyncio/proactor_events.py", "importlib/_bootstrap.py", "importlib/_bootstrap_external.py",
         "importlib/machinery.py", "importlib/util.py", "runpy.py", "site.py"}
# Encodings that texts usually have.
ENCODINGS = set("""__init__ aliases ascii cp1252 hex_codec idna iso8859_1 iso8859_15 latin_1 raw_unicode_escape unicode_escape utf_16
utf_16_be utf_16_le utf_32 utf_7 utf_8 utf_8_sig""".split())
MTIME = 1700000000

source, build, out, root = (pathlib.Path(each) for each in sys.argv[1:5])
here = pathlib.Path(__file__).parent
# The folder of this machine that both are in; what is shipped does not name it.
machine = os.path.commonpath([source.resolve(), build.resolve()])
files = {}


def take(folder, left_out):
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not left_out.intersection(path.parts) and file.suffix not in {".exe", ".bat", ".ico", ".orig", ".rst"}:
            files[path.as_posix()] = file.read_bytes()


def without_machine(value):
    if not isinstance(value, str):
        return value
    value = value.replace(machine, "/python")
    return re.sub(r"(?<![^ '=])/[^ ']*?/(cpython|build|tools|lib)(?=[/ ']|$)", r"/python/\1", value)


take(source / "Lib", LEFT_OUT)
for generated in sorted(build.glob("build/lib.*/_sysconfigdata_*.py")):
    comment, text = generated.read_text().split("\nbuild_time_vars = ")
    settings = {name: without_machine(value) for name, value in ast.literal_eval(text).items()}
    # Laid out again: where its lines broke came from the length of this machine's paths.
    files[generated.name] = f"{comment}\nbuild_time_vars = {pprint.pformat(settings)}\n".encode()
take(here / "lib", {"__pycache__"})
# The folder that getpath takes as the sign of exec_prefix.
files["lib-dynload/README"] = b"Extension modules are built into the interpreter.\n"
for wheel in sys.argv[5:]:
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(("/", ".so", ".c", ".pyx", ".pyi", "/RECORD", "/WHEEL")) and ".libs/" not in name and not name.startswith("_yaml/"):
                files["site-packages/" + name] = archive.read(name)


def bytecode(path, text):
    """An unchecked-hash .pyc (PEP 552): the sources cannot change."""
    try:
        code = compile(text, INSIDE + path, "exec", dont_inherit=True, optimize=0)
    except SyntaxError:
        return None
    return (importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(text) + marshal.dumps(code))


def ahead():
    """Paths of what the snapshot holds."""
    program = "import sys\nfor name in sys.argv[1:]: __import__(name)\n" \
              "for m in sys.modules.values():\n    if getattr(m, '__spec__', None): print(getattr(m, '__file__', m.__spec__.origin))"
    origins = subprocess.run([sys.executable, "-IS", "-c", program, *AHEAD], check=True, capture_output=True, text=True).stdout
    library = f"{pathlib.Path(os.__file__).parent}/"
    return {origin.removeprefix(library) for origin in origins.splitlines()}


in_snapshot = ahead()


def is_compiled(path):
    package, _, name = path[:-3].partition("/")
    if path.startswith(("site-packages/", "_sysconfigdata_")) or path in in_snapshot or path in NEVER:
        return False
    if package in SOURCE_ONLY and path not in OFTEN:
        return False
    return package != "encodings" or name in ENCODINGS


def keep(path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)


for path, text in list(files.items()):
    keep(path, text)
    code = bytecode(path, text) if path.endswith(".py") else None
    if code is not None:
        folder, _, name = path.rpartition("/")
        cached = f"{folder}/__pycache__/{name[:-3]}.cpython-311.pyc".lstrip("/")
        keep(cached, code)
        if is_compiled(path):
            files[cached] = code

for path, content in files.items():
    if machine.encode() + b"/" in content:
        sys.exit(f"{path}: names the folder {machine} of this machine, expected none")

with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as archive:
    # Bytecode beside its source, which it is packed better with.
    for path in sorted(files, key=lambda path: (path.replace("__pycache__/", "").replace(".cpython-311.pyc", ".py"), path)):
        entry = tarfile.TarInfo(path)
        entry.size, entry.mtime, entry.mode = len(files[path]), MTIME, 0o644
        archive.addfile(entry, io.BytesIO(files[path]))
print(f"{out}: {len(files)} files, {out.stat().st_size} bytes")
