"""Where wheels come from: files, folders and indexes."""

import email.parser
import hashlib
import io
import os
import re
import urllib.parse
import urllib.request
import zipfile

from ._index import InstallError, fetch, in_fragment, links
from ._requirement import Requirement, normal
from ._version import Specifier, Version

PYTHON = Version("3.11.2")
ALGORITHMS = ("sha256", "sha384", "sha512")
ARCHIVES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
# Their compiled half only makes them faster, and no wheel comes without it: it is left out.
PURE_HALF = {"markupsafe", "pyyaml"}
# What the optional bundle python-data has of those that are compiled.
DATA = set("contourpy lxml matplotlib numpy pandas pillow scikit-learn scipy statsmodels".split())
DATA_HINT = "; python3.15 of the optional bundle python-data has it (outside the sandbox: shadowbox bundle get python-data)"


def is_url(text):
    return text.startswith(("http://", "https://"))


class Candidate:
    """A file of one version of a project; `place` is a path or a URL. Raises ValueError for other files."""

    is_folder = False

    def __init__(self, place, requires_python=None, hashes=None, yanked=False, metadata=None):
        self.requires_python, self.hashes, self.yanked = requires_python, hashes or {}, yanked
        self.place = place.split("#")[0] if is_url(place) else place
        self.file = urllib.parse.unquote(self.place.rsplit("/", 1)[-1])
        self._metadata_hashes = metadata
        self._data = self._metadata = None
        self.tags = None
        if self.file.endswith(".whl"):
            parts = self.file.removesuffix(".whl").split("-")
            if len(parts) not in (5, 6):
                raise ValueError(f"{self.file}: expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
            self.tags = parts[-3:]
        else:
            ending = next((ending for ending in ARCHIVES if self.file.endswith(ending)), None)
            parts = self.file[:-len(ending)].rsplit("-", 1) if ending else ()
            if len(parts) != 2:
                raise ValueError(f"{self.file}: expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
        self.key, self.version = normal(parts[0]), Version(parts[1])

    def refusal(self):
        """Why it cannot be installed here; None if it can."""
        if self.tags is None:
            return f"{self.file} is a source archive that would have to be built; only pure-Python wheels (…-none-any.whl) run in this sandbox"
        python, abi, platform = self.tags
        halved = self.key in PURE_HALF and python == "cp311"
        if not halved and (platform != "any" or abi != "none"):
            return f"{self.file} holds compiled code for {platform}; only pure-Python wheels (…-none-any.whl) run in this sandbox" + (
                DATA_HINT if self.key in DATA else "")
        if not any(tag in {"py3", "py311", "cp311"} or re.fullmatch(r"py3[0-9]|py310", tag) for tag in python.split(".")):
            return f"{self.file} is for {python}; this is Python 3.11"
        if self.requires_python and not Specifier(self.requires_python).allows(PYTHON):
            return f"{self.file} needs Python {self.requires_python}; this is {PYTHON}"
        return None

    def read(self):
        """The file's bytes, checked against the digests that its index gave."""
        if self._data is None:
            if is_url(self.place):
                answer = fetch(self.place)
                if answer is None:
                    raise InstallError(f"fetch {self.place}: the server has no such file")
                data = answer[0]
            else:
                with open(self.place, "rb") as file:
                    data = file.read()
            _check(self.file, data, self.hashes)
            self._data = data
        return self._data

    def check_allowed(self, allowed):
        """Compares with the digests of --hash, (algorithm, digest) each."""
        data = self.read()
        if not any(hashlib.new(algorithm, data).hexdigest() == digest for algorithm, digest in allowed):
            raise InstallError(f"THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE: {self.file}: expected "
                               f"{' or '.join(':'.join(each) for each in sorted(allowed))}, got sha256:{hashlib.sha256(data).hexdigest()}")

    def archive(self):
        try:
            return zipfile.ZipFile(io.BytesIO(self.read()))
        except zipfile.BadZipFile:
            raise InstallError(f"{self.file}: expected a wheel, it is no zip file") from None

    def metadata(self):
        """The wheel's METADATA; from the index alone where that has it."""
        if self._metadata is None:
            answer = fetch(f"{self.place}.metadata") if self._metadata_hashes is not None and self._data is None else None
            if answer is not None:
                _check(f"{self.file}.metadata", answer[0], self._metadata_hashes)
                text = answer[0]
            else:
                archive = self.archive()
                text = archive.read(f"{info_folder(archive, self.file)}/METADATA")
            self._metadata = email.parser.BytesParser().parsebytes(text)
        return self._metadata

    def requirements(self):
        return [Requirement(each) for each in self.metadata().get_all("Requires-Dist", ())]


def info_folder(archive, file):
    """Name of the .dist-info folder."""
    infos = {name.split("/")[0] for name in archive.namelist() if name.split("/")[0].endswith(".dist-info")}
    if len(infos) != 1:
        raise InstallError(f"{file}: expected one .dist-info folder, got {len(infos)}")
    return infos.pop()


def _check(file, data, hashes):
    for algorithm in ALGORITHMS:
        digest = hashes.get(algorithm)
        if digest and hashlib.new(algorithm, data).hexdigest() != digest.lower():
            raise InstallError(f"{file}: its {algorithm} is not the index's {digest}: it was changed on the way")


def local_path(text):
    """A path that is meant by a file: URL."""
    return urllib.request.url2pathname(text.removeprefix("file://").split("#")[0]) if text.startswith("file:") else text


class Finder:
    """Looks for wheels in `find_links` (files, folders, pages), then in `indexes` (URLs)."""

    def __init__(self, find_links=(), indexes=(), prereleases=False):
        self._indexes, self._prereleases = indexes, prereleases
        self._linked = [candidate for link in find_links for candidate in _linked(link)]
        self._known = {}

    def every(self, key):
        """All files of a project."""
        if key not in self._known:
            found = [each for each in self._linked if each.key == key]
            for index in self._indexes:
                found += _candidates(links(urllib.parse.urljoin(index.rstrip("/") + "/", f"{key}/")))
            self._known[key] = [each for each in found if each.key == key]
        return self._known[key]

    def candidates(self, requirement, constraint, allowed):
        """What fits, the newest first. `allowed` digests go before the version. Raises InstallError, with reasons, if there is nothing."""
        if requirement.url:
            place = local_path(requirement.url)
            found = [Candidate(place, hashes=in_fragment(requirement.url))]
            if found[0].refusal():
                raise InstallError(f"{requirement}: {found[0].refusal()}")
            return found
        found = self.every(requirement.key)
        fitting = [each for each in found if requirement.specifier.allows(each.version) and constraint.allows(each.version)]
        pinned = any(operator in {"==", "==="} for operator, _ in requirement.specifier.clauses)
        fitting = [each for each in fitting if pinned or not each.yanked]
        usable = [each for each in fitting if each.refusal() is None]
        if not (self._prereleases or requirement.specifier.wants_prerelease()):
            usable = [each for each in usable if not each.version.is_prerelease] or usable
        if usable:
            named = {digest for _, digest in allowed}
            return sorted(usable, key=lambda each: (not named.isdisjoint(each.hashes.values()), each.version), reverse=True)
        if fitting:
            newest = max(fitting, key=lambda each: (each.version, each.tags is not None))
            raise InstallError(f"{requirement}: {newest.refusal()}")
        versions = ", ".join(map(str, sorted({each.version for each in found}))) or "none"
        raise InstallError(f"Could not find a version that satisfies the requirement {requirement} (from versions: {versions})")


def _candidates(facts):
    for link in facts:
        try:
            yield Candidate(link.pop("url"), **link)
        except ValueError:
            pass


def _linked(link):
    if is_url(link):
        yield from _candidates(links(link))
        return
    link = local_path(link)
    if os.path.isfile(link):
        yield Candidate(link)
        return
    if not os.path.isdir(link):
        raise InstallError(f"--find-links {link}: expected a folder of wheels, there is none")
    yield from _candidates({"url": os.path.join(link, name)} for name in sorted(os.listdir(link)))
