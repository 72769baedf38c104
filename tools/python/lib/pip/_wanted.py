"""What a command asks for: its arguments and requirement files."""

import argparse
import os
import re
import shlex

from ._find import Candidate, InstallError, is_url, local_path
from ._index import in_fragment
from ._project import BUILD, Project
from ._requirement import Requirement
from ._version import Specifier


class Wanted:
    """Requirements, constraints, given files and digests by normal name; options of requirement files go to `options`."""

    def __init__(self, options):
        self.requirements, self.constraints, self.files, self.hashes = [], {}, {}, {}
        self._options = options
        for text in getattr(options, "editable", ()):
            self._add(text, (), True)
        for text in options.what:
            self._add(text, ())
        for path in options.requirement:
            self._read(path, False)
        for path in getattr(options, "constraint", ()):
            self._read(path, True)
        self.checked = getattr(options, "require_hashes", False) or any(self.hashes.values())

    def _add(self, text, digests, editable=False):
        requirement, candidate = _parse(text, editable)
        self.requirements.append(requirement)
        if candidate is not None:
            self.files[requirement.key] = candidate
        if digests:
            self.hashes.setdefault(requirement.key, set()).update(digests)

    def check_pinned(self, requirement):
        key = requirement.key
        if not self.hashes.get(key):
            raise InstallError(f"Hashes are required in --require-hashes mode, but they are missing for {requirement}")
        pinned = key in self.files or requirement.url or any(
            operator in {"==", "==="} and not text.endswith(".*")
            for each in self.requirements if each.key == key for operator, text in each.specifier.clauses)
        if not pinned:
            raise InstallError(f"In --require-hashes mode, all requirements must have their versions pinned with ==: {requirement} does not")

    def _read(self, path, constrains):
        for line in _lines(path):
            if line.startswith("-"):
                self._take_options(line, path, constrains)
                continue
            text, *options = re.split(r"\s+--", line)
            digests = [_digest(option, path) for option in options if option.startswith("hash")]
            if constrains:
                requirement, _ = _parse(text)
                self.constraints[requirement.key] = self.constraints.get(requirement.key, Specifier()) + requirement.specifier
            else:
                self._add(text, digests)

    def _take_options(self, line, path, constrains):
        parser = argparse.ArgumentParser(prog=path, add_help=False)
        add_sources(parser)
        parser.add_argument("-r", "--requirement", action="append", default=[])
        parser.add_argument("-c", "--constraint", action="append", default=[])
        parser.add_argument("-e", "--editable", action="append", default=[])
        parser.add_argument("--require-hashes", action="store_true")
        parser.add_argument("--prefer-binary", action="store_true")
        for ignored in ("--trusted-host", "--only-binary", "--no-binary"):
            parser.add_argument(ignored)
        found = parser.parse_args(shlex.split(line))
        for each in found.editable:
            self._add(each, (), True)
        folder = os.path.dirname(path)
        for each in found.requirement:
            self._read(os.path.join(folder, each), constrains)
        for each in found.constraint:
            self._read(os.path.join(folder, each), True)
        options = self._options
        options.require_hashes = getattr(options, "require_hashes", False) or found.require_hashes
        options.no_index = options.no_index or found.no_index
        options.pre = options.pre or found.pre
        options.index_url = found.index_url or options.index_url
        options.extra_index_url = [*options.extra_index_url, *found.extra_index_url]
        options.find_links = [*options.find_links,
                              *(each if is_url(each) or each.startswith("file:") else os.path.join(folder, each) for each in found.find_links)]


def add_sources(parser):
    """Options that say where wheels come from."""
    parser.add_argument("-f", "--find-links", action="append", default=[], metavar="DIR")
    parser.add_argument("-i", "--index-url")
    parser.add_argument("--extra-index-url", action="append", default=[], metavar="URL")
    parser.add_argument("--no-index", action="store_true")
    parser.add_argument("--pre", action="store_true")


def _lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise InstallError(f"Could not open requirements file: {error}") from None
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        line = re.sub(r"\$\{([A-Z0-9_]+)\}", lambda match: os.environ.get(match[1], match[0]), line)
        if line:
            yield line


def _digest(option, path):
    match = re.fullmatch(r"hash[=\s]+(sha256|sha384|sha512):([0-9a-fA-F]+)", option.strip())
    if not match:
        raise InstallError(f"{path}: --{option}: expected --hash=sha256:HEX (sha384 and sha512 are known too)")
    return match[1], match[2].lower()


def _parse(text, editable=False):
    """A requirement, and the file or folder that it names if it names one."""
    text = text.strip()
    extras = re.search(r"\[[^\]]*\]$", text)
    place = text[:extras.start()] if extras else text
    if re.match(r"(git|hg|svn|bzr)\+", place):
        raise InstallError(f"{text}: {BUILD}; only wheels can be installed")
    if " @ " not in place and "==" not in place:
        path = local_path(place)
        named = is_url(place) or place.startswith("file:") or os.sep in place
        if os.path.isdir(path) and (editable or named or place in {".", ".."}):
            project = Project(path, editable)
            if project.refusal():
                raise InstallError(project.refusal())
            return Requirement(project.key + (extras[0] if extras else "")), project
        if editable:
            raise InstallError(f"-e {text}: expected a folder with a pyproject.toml, there is none")
        if named or path.endswith(".whl"):
            try:
                candidate = Candidate(path, hashes=in_fragment(place))
            except ValueError as error:
                raise InstallError(str(error)) from None
            if candidate.refusal():
                raise InstallError(candidate.refusal())
            return Requirement(candidate.key + (extras[0] if extras else "")), candidate
    return Requirement(text), None
