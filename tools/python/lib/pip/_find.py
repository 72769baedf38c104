"""Where wheels come from: files, folders and a simple index."""

import hashlib
import json
import os
import re
import urllib.parse

from ._requirement import normal
from ._version import Specifier, Version

PYTHON = Version("3.11.2")


class InstallError(Exception):
    """What is said to the user."""


class Candidate:
    """A wheel: `place` is a path or a URL."""

    def __init__(self, place, requires_python=None, sha256=None, yanked=False):
        self.place, self.requires_python, self.sha256, self.yanked = place, requires_python, sha256, yanked
        self.file = urllib.parse.unquote(place.split("#")[0].rsplit("/", 1)[-1])
        parts = self.file.removesuffix(".whl").split("-")
        if len(parts) not in (5, 6) or not self.file.endswith(".whl"):
            raise ValueError(f"{self.file}: expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
        self.key, self.version = normal(parts[0]), Version(parts[1])
        self.tags = parts[-3:]

    def refusal(self):
        """Why it cannot be installed here; None if it can."""
        python, abi, platform = self.tags
        if platform != "any" or abi != "none":
            return f"{self.file} holds compiled code for {platform}; only pure-Python wheels (…-none-any.whl) run in this sandbox"
        if not any(tag in {"py3", "py311", "cp311"} or re.fullmatch(r"py3[0-9]|py310", tag) for tag in python.split(".")):
            return f"{self.file} is for {python}; this is Python 3.11"
        if self.requires_python and not Specifier(self.requires_python).allows(PYTHON):
            return f"{self.file} needs Python {self.requires_python}; this is {PYTHON}"
        return None

    def read(self):
        """The wheel's bytes, checked."""
        if "://" in self.place:
            data = _fetch(self.place.split("#")[0], "*/*")
        else:
            with open(self.place, "rb") as file:
                data = file.read()
        if self.sha256 and hashlib.sha256(data).hexdigest() != self.sha256:
            raise InstallError(f"{self.file}: its sha256 is not the index's {self.sha256}: it was changed on the way")
        return data


def _fetch(url, accept):
    try:
        import urllib.request
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept})) as answer:
            return answer.read()
    except Exception as error:
        raise InstallError(f"fetch {url}: {error}. To install from a folder of wheels: pip install --no-index --find-links DIR NAME") from None


class Finder:
    """Looks for wheels in `links` (files and folders), then in `index` (a URL, or None)."""

    def __init__(self, links=(), index=None, prereleases=False):
        self._index, self._prereleases = index, prereleases
        self._local = [candidate for link in links for candidate in _in_folder(link)]

    def best(self, requirement):
        """The newest wheel that fits. Raises InstallError, with reasons, if there is none."""
        if requirement.url:
            return Candidate(requirement.url.removeprefix("file://"))
        found = [each for each in self._local if each.key == requirement.key]
        if self._index and not any(requirement.specifier.allows(each.version) for each in found):
            found += self._from_index(requirement.key)
        fitting = [each for each in found if requirement.specifier.allows(each.version) and not each.yanked]
        usable = [each for each in fitting if each.refusal() is None]
        stable = [each for each in usable if not each.version.is_prerelease]
        if not (self._prereleases or requirement.specifier.wants_prerelease()):
            usable = stable or usable
        if usable:
            return max(usable, key=lambda each: each.version)
        if fitting:
            newest = max(fitting, key=lambda each: each.version)
            raise InstallError(f"{requirement}: {newest.refusal()}")
        versions = ", ".join(map(str, sorted({each.version for each in found}))) or "none"
        raise InstallError(f"Could not find a version that satisfies the requirement {requirement} (from versions: {versions})")

    def _from_index(self, key):
        url = urllib.parse.urljoin(self._index.rstrip("/") + "/", f"{key}/")
        data = _fetch(url, "application/vnd.pypi.simple.v1+json")
        try:
            files = json.loads(data)["files"]
        except (ValueError, KeyError):
            raise InstallError(f"read {url}: expected a simple index in JSON (PEP 691)") from None
        for file in files:
            try:
                yield Candidate(urllib.parse.urljoin(url, file["url"]), file.get("requires-python"),
                                file.get("hashes", {}).get("sha256"), bool(file.get("yanked")))
            except ValueError:
                pass


def _in_folder(link):
    link = link.removeprefix("file://")
    if os.path.isfile(link):
        yield Candidate(link)
        return
    if not os.path.isdir(link):
        raise InstallError(f"--find-links {link}: expected a folder of wheels, there is none")
    for name in sorted(os.listdir(link)):
        try:
            yield Candidate(os.path.join(link, name))
        except ValueError:
            pass
