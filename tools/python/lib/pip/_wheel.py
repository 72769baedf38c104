"""Wheels put into site-packages, and taken out again."""

import base64
import configparser
import csv
import hashlib
import importlib.metadata
import os
import posixpath
import shutil
import site
import sys

from ._find import PURE_HALF, InstallError, info_folder
from ._requirement import normal

SCRIPT = """#!{python}
import sys
from {module} import {first}
if __name__ == '__main__':
    sys.exit({call}())
"""


def places(target=None):
    """Folders for modules and for scripts: of the virtual environment, else of this user, outside the project."""
    if target:
        return target, os.path.join(target, "bin")
    if sys.prefix != sys.base_prefix:
        return os.path.join(sys.prefix, "lib", "python3.11", "site-packages"), os.path.join(sys.prefix, "bin")
    scripts = "/usr/local/bin"
    try:
        os.makedirs(scripts, exist_ok=True)
        usable = os.access(scripts, os.W_OK)
    except OSError:
        usable = False
    return site.getusersitepackages(), scripts if usable else os.path.join(site.getuserbase(), "bin")


class Wheel:
    """The content of one wheel."""

    def __init__(self, candidate):
        self.candidate = candidate
        self._archive = candidate.archive()
        self.has_scripts = False
        self.info = info_folder(self._archive, candidate.file)
        self.name, self.version = candidate.metadata()["Name"], candidate.metadata()["Version"]

    def install(self, target=None):
        folder, scripts = places(target)
        rows = []
        for entry in self._archive.infolist():
            if entry.is_dir() or entry.filename == f"{self.info}/RECORD" or self._is_left_out(entry.filename):
                continue
            path, executable = self._destination(entry.filename, folder, scripts, target)
            if path is not None:
                rows.append(_write(path, self._archive.read(entry), folder, executable or bool(entry.external_attr >> 16 & 0o111)))
        for name, text in self._scripts():
            self.has_scripts = True
            rows.append(_write(os.path.join(scripts, name), text.encode(), folder, True))
        rows.append(_write(os.path.join(folder, self.info, "INSTALLER"), b"pip\n", folder, False))
        record = os.path.join(folder, self.info, "RECORD")
        with open(record, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([*rows, (f"{self.info}/RECORD", "", "")])

    def _is_left_out(self, name):
        return self.candidate.key in PURE_HALF and (name.endswith((".so", ".pyd", ".c", ".pyx", ".pxd")) or name.startswith("_yaml/"))

    def _destination(self, name, folder, scripts, target):
        clean = posixpath.normpath(name)
        if clean.startswith(("/", "../")) or clean == "..":
            raise InstallError(f"{self.candidate.file}: {name!r} would be written outside the folder of packages")
        data = self.info.removesuffix(".dist-info") + ".data/"
        if not clean.startswith(data):
            return os.path.join(folder, clean), False
        kind, _, rest = clean.removeprefix(data).partition("/")
        if kind in {"purelib", "platlib"}:
            return os.path.join(folder, rest), False
        if kind == "scripts":
            return os.path.join(scripts, rest), True
        if kind != "data":
            return None, False
        base = folder if target else sys.prefix if sys.prefix != sys.base_prefix else site.getuserbase()
        return os.path.join(base, rest), False

    def _scripts(self):
        parser = configparser.ConfigParser(delimiters=("=",), strict=False)
        parser.optionxform = str
        try:
            parser.read_string(self._archive.read(f"{self.info}/entry_points.txt").decode())
        except KeyError:
            return
        for section in ("console_scripts", "gui_scripts"):
            for name, value in parser.items(section) if parser.has_section(section) else ():
                module, _, call = value.split("[")[0].strip().partition(":")
                if "/" in name or not call:
                    raise InstallError(f"{self.candidate.file}: expected an entry point NAME = MODULE:FUNCTION, got {name!r} = {value!r}")
                yield name, SCRIPT.format(python=sys.executable, module=module, call=call, first=call.split(".")[0])


def _write(path, data, folder, executable):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if data.startswith(b"#!python"):
        data = b"#!" + os.fsencode(sys.executable) + data[data.index(b"\n"):]
    with open(path, "wb") as file:
        file.write(data)
    if executable:
        os.chmod(path, 0o755)
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return os.path.relpath(path, folder), f"sha256={digest}", len(data)


def installed(target=None):
    """Normal name → distribution."""
    found = importlib.metadata.distributions(path=[target]) if target else importlib.metadata.distributions()
    result = {}
    for each in found:
        if each.metadata["Name"]:
            result.setdefault(normal(each.metadata["Name"]), each)
    return result


def folder_of(distribution):
    return str(distribution.locate_file(""))


def uninstall(distribution):
    folder = os.path.realpath(folder_of(distribution))
    if distribution.read_text("RECORD") is None:
        raise InstallError(f"{distribution.metadata['Name']} belongs to the sandbox's Python and cannot be taken out")
    folders = set()
    for file in distribution.files or ():
        path = os.path.normpath(os.path.join(folder, str(file)))
        folders.add(os.path.dirname(path))
        for each in (path, _cache_of(path)):
            if os.path.lexists(each):
                os.unlink(each)
    for each in sorted(folders, key=len, reverse=True):
        shutil.rmtree(os.path.join(each, "__pycache__"), ignore_errors=True)
        while each.startswith(folder + "/") and os.path.isdir(each) and not os.listdir(each):
            os.rmdir(each)
            each = os.path.dirname(each)


def _cache_of(path):
    folder, name = os.path.split(path)
    return os.path.join(folder, "__pycache__", f"{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc")
