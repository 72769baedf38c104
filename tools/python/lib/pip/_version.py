"""Versions and their specifiers (PEP 440)."""

import functools
import re

_PATTERN = re.compile(
    r"""\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)
    (?:[-_.]?(?P<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?P<pre_number>\d*))?
    (?P<post>-(?P<post_plain>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""", re.VERBOSE | re.IGNORECASE)
_PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_CLAUSE = re.compile(r"\s*(===|~=|==|!=|<=|>=|<|>)\s*([^,\s]+)\s*")


@functools.total_ordering
class Version:
    """Orders as PEP 440 does. Raises ValueError for other texts."""

    def __init__(self, text):
        match = _PATTERN.fullmatch(text)
        if not match:
            raise ValueError(f"read version {text!r}: expected one as PEP 440 describes it")
        self.text = text.strip()
        self.epoch = int(match["epoch"] or 0)
        self.release = tuple(int(part) for part in match["release"].split("."))
        phase = (match["pre"] or "").lower()
        self.pre = (_PHASES.get(phase, phase), int(match["pre_number"] or 0)) if phase else None
        self.post = int(match["post_plain"] or match["post_number"] or 0) if match["post"] else None
        self.dev = int(match["dev_number"] or 0) if match["dev"] else None
        self.local = tuple((1, int(part), "") if part.isdigit() else (0, 0, part.lower())
                           for part in re.split("[-_.]", match["local"])) if match["local"] else ()

    @property
    def is_prerelease(self):
        return self.pre is not None or self.dev is not None

    def significant(self):
        """The release without zeros at its end."""
        release = self.release
        while release and release[-1] == 0:
            release = release[:-1]
        return release

    def public(self):
        if self.pre is None and self.post is None and self.dev is not None:
            pre = ("", -1)
        else:
            pre = self.pre or ("z", 0)
        return (self.epoch, self.significant(), pre, -1 if self.post is None else self.post,
                float("inf") if self.dev is None else self.dev)

    def _key(self):
        return (self.public(), self.local)

    def __eq__(self, other):
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()

    def __hash__(self):
        return hash(self._key())

    def __str__(self):
        return self.text


def _has_prefix(version, prefix):
    wanted = Version(prefix)
    length = len(wanted.release)
    return wanted.epoch == version.epoch and (version.release + (0,) * length)[:length] == wanted.release


def _equal(version, text):
    if text.endswith(".*"):
        return _has_prefix(version, text[:-2])
    wanted = Version(text)
    return version == wanted if wanted.local else version.public() == wanted.public()


def _compatible(version, text):
    wanted = Version(text)
    prefix = ".".join(map(str, wanted.release[:-1]))
    return version.public() >= wanted.public() and _has_prefix(version, f"{wanted.epoch}!{prefix}")


def _greater(version, text):
    wanted = Version(text)
    same = version.epoch == wanted.epoch and version.significant() == wanted.significant()
    if same and wanted.post is None and version.post is not None:
        return False
    return version.public() > wanted.public()


def _less(version, text):
    wanted = Version(text)
    same = version.epoch == wanted.epoch and version.significant() == wanted.significant()
    if same and version.is_prerelease and not wanted.is_prerelease:
        return False
    return version.public() < wanted.public()


_CHECKS = {
    "==": _equal, "!=": lambda version, text: not _equal(version, text), "~=": _compatible,
    "===": lambda version, text: version.text.lower() == text.lower(),
    ">=": lambda version, text: version.public() >= Version(text).public(),
    "<=": lambda version, text: version.public() <= Version(text).public(), ">": _greater, "<": _less}


class Specifier:
    """Clauses such as `>=1.2,!=1.5.*`; all must hold."""

    def __init__(self, text=""):
        self.clauses = []
        for part in filter(str.strip, text.split(",")):
            match = _CLAUSE.fullmatch(part)
            if not match:
                raise ValueError(f"read version specifier {text!r}: expected clauses such as '>=1.2', got {part!r}")
            self.clauses.append(match.groups())

    def allows(self, version):
        return all(_CHECKS[operator](version, text) for operator, text in self.clauses)

    def wants_prerelease(self):
        return any(operator not in {"!=", "<"} and not text.endswith(".*") and Version(text).is_prerelease
                   for operator, text in self.clauses if operator != "===")

    def __add__(self, other):
        both = Specifier()
        both.clauses = self.clauses + other.clauses
        return both

    def __str__(self):
        return ",".join(operator + text for operator, text in self.clauses)
