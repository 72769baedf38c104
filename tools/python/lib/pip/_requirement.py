"""Requirements and their markers (PEP 508), and names of projects (PEP 503)."""

import os
import platform
import re
import sys

from ._version import Specifier, Version

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*([^\s;]+)|\(?([^;)]*)\)?)\s*(?:;(.*))?")
_TOKEN = re.compile(r"""\s*(\(|\)|===|~=|==|!=|<=|>=|<|>|'[^']*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_.]*)""")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Requirement:
    """One line such as `name[extra]>=1; python_version < "3.12"`. Raises ValueError for other texts."""

    def __init__(self, text):
        match = _REQUIREMENT.fullmatch(text)
        if not match:
            raise ValueError(f"read requirement {text!r}: expected a name with version clauses, such as 'attrs>=22'")
        self.name, extras, self.url, clauses, marker = match.groups()
        self.key = normal(self.name)
        self.extras = {normal(extra) for extra in (extras or "").replace(" ", "").split(",") if extra}
        self.specifier = Specifier(clauses or "")
        self.marker = marker

    def applies(self, extras=()):
        """Whether it is needed here, for a project installed with `extras`."""
        return self.marker is None or any(_Marker(self.marker, extra).value() for extra in extras or ("",))

    def __str__(self):
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras} @ {self.url}" if self.url else f"{self.name}{extras}{self.specifier}"


def _environment(extra):
    return {
        "os_name": os.name, "sys_platform": sys.platform, "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython", "implementation_name": "cpython", "extra": extra,
        "platform_system": platform.system(), "platform_release": platform.release(), "platform_version": platform.version(),
        "python_version": "%d.%d" % sys.version_info[:2], "python_full_version": platform.python_version(),
        "implementation_version": platform.python_version()}


class _Marker:
    def __init__(self, text, extra):
        self._tokens = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match:
                raise ValueError(f"read marker {text!r}: cannot read {text[at:]!r}")
            self._tokens.append(match[1])
            at = match.end()
        self._tokens.append("")
        self._values = _environment(extra)

    def _next(self):
        return self._tokens.pop(0)

    def value(self):
        result = self._all()
        while self._tokens[0] == "or":
            self._next()
            result = self._all() or result
        return result

    def _all(self):
        result = self._one()
        while self._tokens[0] == "and":
            self._next()
            result = self._one() and result
        return result

    def _one(self):
        if self._tokens[0] == "(":
            self._next()
            result = self.value()
            self._next()
            return result
        left, is_variable = self._operand()
        operator = self._next()
        if operator == "not":
            operator += " " + self._next()
        right, _ = self._operand()
        return _compare(left, operator, right)

    def _operand(self):
        token = self._next()
        if token[:1] in {"'", '"'}:
            return token[1:-1], False
        if token not in self._values:
            raise ValueError(f"read marker: {token!r} is no known variable")
        return self._values[token], True


def _compare(left, operator, right):
    if operator == "in":
        return left in right
    if operator == "not in":
        return left not in right
    try:
        return Specifier(operator + right).allows(Version(left))
    except ValueError:
        pass
    if operator in {"==", "==="}:
        return left == right or normal(left) == normal(right)
    if operator == "!=":
        return left != right
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}.get(operator, False)
