"""The command line."""

import argparse
import json
import os
import sys

from . import __version__
from ._find import Candidate, Finder, InstallError
from ._requirement import Requirement, normal
from ._wheel import Wheel, folder_of, installed, uninstall

INDEX = "https://pypi.org/simple"


def main(args=None):
    options = _parser().parse_args(args)
    if not hasattr(options, "run"):
        _parser().print_help()
        return 0
    try:
        return options.run(options) or 0
    except (InstallError, ValueError, OSError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1


def _parser():
    parser = argparse.ArgumentParser(prog="pip", description="Installs pure-Python wheels.")
    parser.add_argument("-V", "--version", action="version", version=f"pip {__version__} (the sandbox's own) (python 3.11)")
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(name, run, text):
        one = commands.add_parser(name, help=text)
        one.set_defaults(run=run)
        one.add_argument("-q", "--quiet", action="store_true")
        for ignored in ("--disable-pip-version-check", "--no-cache-dir", "--break-system-packages", "--no-input", "-v", "--verbose",
                        "--no-color", "--user", "--root-user-action=ignore"):
            one.add_argument(ignored, action="store_true", help=argparse.SUPPRESS)
        return one

    for name, run, text in (("install", _install, "install packages"), ("download", _download, "bring wheels into a folder")):
        one = command(name, run, text)
        one.add_argument("what", nargs="*", metavar="REQUIREMENT | WHEEL")
        one.add_argument("-r", "--requirement", action="append", default=[], metavar="FILE")
        one.add_argument("-f", "--find-links", action="append", default=[], metavar="DIR")
        one.add_argument("-i", "--index-url", default=os.environ.get("PIP_INDEX_URL", INDEX))
        one.add_argument("--no-index", action="store_true")
        one.add_argument("--no-deps", action="store_true")
        one.add_argument("--pre", action="store_true")
    one.add_argument("-d", "--dest", default=".")
    one = commands.choices["install"]
    one.add_argument("-U", "--upgrade", action="store_true")
    one.add_argument("--force-reinstall", action="store_true")
    one.add_argument("-t", "--target")
    one = command("uninstall", _uninstall, "take packages out")
    one.add_argument("what", nargs="+")
    one.add_argument("-y", "--yes", action="store_true")
    one = command("list", _list, "show what is installed")
    one.add_argument("--format", choices=("columns", "freeze", "json"), default="columns")
    command("freeze", _freeze, "show what is installed as requirements")
    one = command("show", _show, "show facts of packages")
    one.add_argument("what", nargs="+")
    command("check", _check, "look for missing requirements")
    return parser


def _read_file(path):
    with open(path) as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            line = line.split(" #")[0].split(" --hash")[0].strip()
            if line.startswith("-r "):
                yield from _read_file(os.path.join(os.path.dirname(path), line[3:].strip()))
            elif line and not line.startswith(("#", "-")):
                yield line


def _wanted(options):
    for text in [*options.what, *(line for file in options.requirement for line in _read_file(file))]:
        if text.endswith(".whl") and "@" not in text:
            candidate = Candidate(text)
            if candidate.refusal():
                raise InstallError(candidate.refusal())
            yield Requirement(candidate.key), candidate
        elif os.path.isdir(text):
            raise InstallError(f"{text}: building packages from source is not possible here; set PYTHONPATH to the folder of its modules")
        else:
            yield Requirement(text), None


def _resolve(options, present):
    """Wheels to take, each project once, those that were asked for first."""
    finder = Finder(options.find_links, None if options.no_index else options.index_url, options.pre)
    chosen, asked, queue = {}, {}, [(requirement, candidate, True) for requirement, candidate in _wanted(options)]
    if not queue:
        raise InstallError("You must give at least one requirement, wheel or -r FILE")
    fresh = getattr(options, "upgrade", False) or getattr(options, "force_reinstall", False)
    for requirement, candidate, top in queue:
        if not requirement.applies():
            continue
        asked.setdefault(requirement.key, set()).update(requirement.extras)
        have = chosen.get(requirement.key)
        if have is not None:
            _demand(requirement, have.candidate.version)
            new = [each for each in have.requirements(requirement.extras) if each.key not in chosen]
        elif candidate is None and not (fresh and top) and _satisfies(present.get(requirement.key), requirement):
            if top and not options.quiet:
                print(f"Requirement already satisfied: {requirement} in {folder_of(present[requirement.key])}")
            continue
        else:
            candidate = candidate or finder.best(requirement)
            if not options.quiet:
                print(f"Processing {candidate.file}")
            wheel = chosen[requirement.key] = Wheel(candidate)
            new = wheel.requirements(requirement.extras)
        if not options.no_deps:
            queue.extend((each, None, False) for each in new)
    return chosen


def _satisfies(distribution, requirement):
    from ._version import Version
    return distribution is not None and requirement.specifier.allows(Version(distribution.version)) and not requirement.extras


def _demand(requirement, version):
    if not requirement.specifier.allows(version):
        raise InstallError(f"{requirement} is needed, but {version} was chosen already: give the versions you want on the command line")


def _install(options):
    present = {} if options.target else installed()
    chosen = _resolve(options, present)
    for key, wheel in chosen.items():
        if key in present and present[key].read_text("RECORD") is not None:
            uninstall(present[key])
        wheel.install(options.target)
    if chosen and not options.quiet:
        print("Successfully installed", *sorted(f"{wheel.name}-{wheel.version}" for wheel in chosen.values()))


def _download(options):
    os.makedirs(options.dest, exist_ok=True)
    for wheel in _resolve(options, {}).values():
        with open(os.path.join(options.dest, wheel.candidate.file), "wb") as file:
            file.write(wheel.candidate.read())


def _uninstall(options):
    present = installed()
    for name in options.what:
        distribution = present.get(normal(name))
        if distribution is None:
            print(f"WARNING: Skipping {name} as it is not installed.", file=sys.stderr)
            continue
        label = f"{distribution.metadata['Name']}-{distribution.version}"
        uninstall(distribution)
        if not options.quiet:
            print("Successfully uninstalled", label)


def _facts():
    return sorted(((each.metadata["Name"], each.version) for each in installed().values()), key=lambda fact: fact[0].lower())


def _list(options):
    facts = _facts()
    if options.format == "json":
        print(json.dumps([{"name": name, "version": version} for name, version in facts]))
    elif options.format == "freeze":
        _freeze(options)
    elif facts:
        wide, narrow = (max(map(len, column)) for column in zip(("Package", "Version"), *facts))
        print(f"{'Package':{wide}} Version")
        print("-" * wide, "-" * narrow)
        for name, version in facts:
            print(f"{name:{wide}} {version}")


def _freeze(options):
    for name, version in _facts():
        print(f"{name}=={version}")


def _show(options):
    present, missing = installed(), []
    shown = 0
    for name in options.what:
        distribution = present.get(normal(name))
        if distribution is None:
            missing.append(name)
            continue
        if shown:
            print("---")
        shown += 1
        facts = distribution.metadata
        for field in ("Name", "Version", "Summary", "Home-page", "Author", "License"):
            print(f"{field}: {facts[field] or ''}")
        print(f"Location: {folder_of(distribution)}")
        needs = [Requirement(each) for each in distribution.requires or ()]
        print("Requires:", ", ".join(sorted(each.name for each in needs if each.applies())))
    if missing:
        print(f"WARNING: Package(s) not found: {', '.join(missing)}", file=sys.stderr)
    return 0 if shown else 1


def _check(options):
    present, broken = installed(), 0
    for distribution in present.values():
        for each in map(Requirement, distribution.requires or ()):
            if each.applies() and each.key not in present:
                print(f"{distribution.metadata['Name']} {distribution.version} requires {each.name}, which is not installed.")
                broken = 1
    if not broken:
        print("No broken requirements found.")
    return broken
