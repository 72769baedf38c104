"""Which version of which project: a search that goes back to the choice that a conflict comes from."""

from ._find import InstallError
from ._requirement import Requirement
from ._version import Specifier, Version

# Choices tried before it is given up.
TRIES = 500


class Conflict(Exception):
    """`keys`: projects whose other versions might avoid it."""

    def __init__(self, keys, text):
        super().__init__(text)
        self.keys, self.text = keys, text


class Kept:
    """What is installed already."""

    is_new = False

    def __init__(self, distribution):
        self.distribution, self.version = distribution, Version(distribution.version)

    def requirements(self):
        return [Requirement(each) for each in self.distribution.requires or ()]


class Picked:
    """A wheel to install."""

    is_new = True

    def __init__(self, candidate):
        self.candidate, self.version = candidate, candidate.version
        self.requirements = candidate.requirements


class Resolver:
    """`wanted`: the requests of a command; `present`: normal name → distribution."""

    def __init__(self, finder, wanted, present, fresh=False, follow=True):
        self._finder, self._wanted, self._present = finder, wanted, present
        self._fresh, self._follow = fresh, follow
        self._asked = {requirement.key for requirement in wanted.requirements}
        self._tries = 0

    def solve(self):
        """Normal name → Kept or Picked, those that were asked for first. Raises InstallError."""
        queue = [(requirement, None) for requirement in self._wanted.requirements if requirement.applies()]
        try:
            return self._search(queue, {}, {})
        except Conflict as conflict:
            raise InstallError(conflict.text) from None

    def _search(self, queue, chosen, askers):
        queue, chosen = list(queue), dict(chosen)
        askers = {key: list(each) for key, each in askers.items()}
        while queue:
            requirement, asker = queue.pop(0)
            key = requirement.key
            before = {extra for each, _ in askers.get(key, ()) for extra in each.extras}
            askers.setdefault(key, []).append((requirement, asker))
            if key not in chosen:
                return self._choose(requirement, queue, chosen, askers)
            if not requirement.specifier.allows(chosen[key].version):
                raise Conflict({key, asker} - {None}, self._explain(key, chosen, askers))
            if requirement.extras - before:
                queue += self._needs(key, chosen[key], requirement.extras - before)
        return chosen

    def _choose(self, requirement, queue, chosen, askers):
        """Goes on with each version that there is, until one leads to the end."""
        key = requirement.key
        # Without another version, only other versions of those that ask can help.
        keys = {asker for _, asker in askers[key]} - {None}
        first = None
        try:
            for pick in self._picks(requirement):
                self._tries += 1
                if self._tries > TRIES:
                    raise InstallError(f"no set of versions was found in {TRIES} tries; name the versions you want")
                try:
                    more = self._needs(key, pick, requirement.extras or {""})
                    return self._search([*queue, *more], {**chosen, key: pick}, askers)
                except Conflict as conflict:
                    first = first or conflict
                    if key not in conflict.keys:
                        raise
                    keys |= conflict.keys - {key}
        except InstallError as error:
            if not keys or self._tries > TRIES:
                raise
            first = first or Conflict(keys, f"{error}, which {' and '.join(sorted(keys))} needs")
        raise Conflict(keys, first.text)

    def _picks(self, requirement):
        key = requirement.key
        constraint = self._wanted.constraints.get(key, Specifier())
        allowed = self._wanted.hashes.get(key, set())
        kept = self._present.get(key)
        given = self._wanted.files.get(key)
        # A folder may have changed under its version.
        anew = given is not None and given.is_folder
        if kept is not None and not requirement.url and not anew and not (self._fresh and key in self._asked):
            version = Version(kept.version)
            if requirement.specifier.allows(version) and constraint.allows(version):
                yield Kept(kept)
        if self._wanted.checked:
            self._wanted.check_pinned(requirement)
        for candidate in [given] if given else self._finder.candidates(requirement, constraint, allowed):
            if self._wanted.checked:
                candidate.check_allowed(allowed)
            yield Picked(candidate)

    def _needs(self, key, pick, extras):
        if not self._follow:
            return []
        return [(each, key) for each in pick.requirements() if each.applies(extras)]

    def _explain(self, key, chosen, askers):
        parts = [f"{asker} {chosen[asker].version} needs {each}" if asker in chosen else f"{each} was asked for"
                 for each, asker in askers[key]]
        return f"conflicting requirements of {key}: {'; '.join(dict.fromkeys(parts))}"
