"""A project's own folder, installed without being built: a wheel of what its pyproject.toml says, whose modules are the folder's
own (`-e`) or copies of them. Nothing of its build system runs, so only pure Python with a [project] table will do."""

import io
import os
import re
import tomllib
import zipfile

from ._find import Candidate, InstallError

BUILD = "building packages from source is not possible here"
COMPILED = re.compile(r"maturin|meson|scikit-build|cython|pybind11|nanobind|setuptools-rust|cffi|numpy", re.I)
# What setuptools takes for no part of a project either.
OTHER = {"setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "manage.py", "test.py"}
OTHER_FOLDERS = set("test tests doc docs example examples scripts tools build dist bin benchmark benchmarks requirements tasks exercises".split())


class Project(Candidate):
    is_folder = True

    def __init__(self, folder, editable=False):
        folder = os.path.abspath(folder)
        said = _read(folder)
        facts, tool = said["project"], said.get("tool", {}).get("setuptools", {})
        root = _root(folder, tool)
        modules = [] if editable else list(_modules(root))
        if not editable and not modules:
            raise InstallError(f"{folder}: expected modules to install in {root}, there are none; -e makes that folder importable")
        version = facts.get("version") or _version(folder, root)
        name = re.sub(r"[-_.]+", "_", facts["name"])
        super().__init__(os.path.join(folder, f"{name}-{version}-py3-none-any.whl"), facts.get("requires-python"))
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for path in modules:
                archive.write(path, os.path.relpath(path, root))
            if editable:
                archive.writestr(f"__editable__.{name}.pth", root + "\n")
            info = f"{name}-{version}.dist-info"
            archive.writestr(f"{info}/METADATA", "\n".join(_metadata(facts, version, _needs(folder, facts, tool))) + "\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: pip\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/entry_points.txt", "\n".join(_entry_points(facts)) + "\n")
        self._data = data.getvalue()


def _read(folder):
    path = os.path.join(folder, "pyproject.toml")
    try:
        with open(path, "rb") as file:
            said = tomllib.load(file)
    except FileNotFoundError:
        said = {}
    except tomllib.TOMLDecodeError as error:
        raise InstallError(f"{path}: {error}") from None
    if not isinstance(said.get("project", {}).get("name"), str):
        raise InstallError(f"{folder}: {BUILD}, and no [project] table in a pyproject.toml says what to install; "
                           "to import a project's modules set PYTHONPATH to their folder")
    needs = said.get("build-system", {}).get("requires", [])
    compiled = next(filter(COMPILED.search, needs), None)
    if compiled:
        raise InstallError(f"{folder}: {BUILD}, and its pyproject.toml asks for {compiled}, which compiles")
    return said


def _root(folder, tool):
    """Where its modules are."""
    packages = tool.get("packages")
    where = packages.get("find", {}).get("where") if isinstance(packages, dict) else None
    named = where[0] if where else tool.get("package-dir", {}).get("")
    source = os.path.join(folder, "src")
    if named is None and os.path.isdir(source) and not os.path.exists(os.path.join(source, "__init__.py")):
        return source
    return os.path.normpath(os.path.join(folder, named or "."))


def _modules(root):
    """Files of the packages in `root`, or, if there are none, its modules."""
    names = sorted(os.listdir(root))
    packages = [name for name in names if name.isidentifier() and name not in OTHER_FOLDERS and os.path.isfile(os.path.join(root, name, "__init__.py"))]
    for package in packages:
        for folder, folders, files in os.walk(os.path.join(root, package)):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            yield from (os.path.join(folder, name) for name in sorted(files) if not name.endswith(".pyc"))
    if not packages or root.endswith("/src"):
        yield from (os.path.join(root, name) for name in names if name.endswith(".py") and name not in OTHER)


def _version(folder, root):
    """Of `__version__`, which is where most build systems look."""
    for path in _modules(root):
        if os.path.basename(path) in {"__init__.py", "__about__.py", "_version.py", "version.py"} or os.path.dirname(path) == root:
            with open(path, encoding="utf-8", errors="replace") as file:
                match = re.search(r"""^__version__(?:\s*:[^=\n]*)?\s*=\s*['"]([^'"]+)['"]""", file.read(), re.M)
            if match:
                return match[1]
    return "0.0.0"


def _needs(folder, facts, tool):
    """Requirements of the project, and by extra."""
    dynamic = tool.get("dynamic", {}) if facts.get("dynamic") else {}
    lines = lambda said: [line for name in ([said["file"]] if isinstance(said["file"], str) else said["file"])
                          for line in _lines(os.path.join(folder, name))]
    needs = facts.get("dependencies") or (lines(dynamic["dependencies"]) if "dependencies" in dynamic else [])
    extras = {**{extra: lines(said) for extra, said in dynamic.get("optional-dependencies", {}).items()}, **facts.get("optional-dependencies", {})}
    return needs, extras


def _lines(path):
    with open(path, encoding="utf-8") as file:
        found = (re.sub(r"(^|\s)#.*", "", line).strip() for line in file)
        return [line for line in found if line]


def _metadata(facts, version, needs):
    yield from ("Metadata-Version: 2.1", f"Name: {facts['name']}", f"Version: {version}")
    if "description" in facts:
        yield "Summary: " + facts["description"].replace("\n", " ")
    if "requires-python" in facts:
        yield f"Requires-Python: {facts['requires-python']}"
    own, extras = needs
    yield from (f"Requires-Dist: {each}" for each in own)
    for extra, several in extras.items():
        yield f"Provides-Extra: {extra}"
        for each in several:
            text, _, marker = each.partition(";")
            condition = f'extra == "{extra}"'
            yield f"Requires-Dist: {text}; " + (f"({marker.strip()}) and {condition}" if marker else condition)


def _entry_points(facts):
    groups = {"console_scripts": facts.get("scripts", {}), "gui_scripts": facts.get("gui-scripts", {}), **facts.get("entry-points", {})}
    for group, points in groups.items():
        yield f"[{group}]"
        yield from (f"{name} = {value}" for name, value in points.items())
