"""The command line."""

import argparse
import json
import os
import sys

from . import __version__
from ._find import Finder, InstallError
from ._requirement import Requirement, normal
from ._resolve import Resolver
from ._version import Version
from ._wanted import Wanted, add_sources
from ._wheel import Wheel, folder_of, installed, places, uninstall

INDEX = "https://pypi.org/simple"
# Options of pip that change nothing here: without and with a value.
IDLE_FLAGS = ("--disable-pip-version-check", "--no-cache-dir", "--break-system-packages", "--no-input", "--no-color", "--user", "--isolated",
              "--prefer-binary", "--no-build-isolation", "--use-pep517", "--no-compile", "--compile", "--no-warn-script-location",
              "--no-warn-conflicts", "--no-python-version-warning", "--require-virtualenv", "--local", "--no-clean")
IDLE_VALUES = ("--root-user-action", "--timeout", "--retries", "--trusted-host", "--cert", "--progress-bar", "--cache-dir", "--log",
               "--upgrade-strategy", "--exists-action", "--only-binary", "--python-version", "--implementation", "--abi", "--platform",
               "--use-feature", "--use-deprecated")


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
        one.add_argument("-q", "--quiet", action="count", default=0)
        one.add_argument("-v", "--verbose", action="count", help=argparse.SUPPRESS)
        for idle in IDLE_FLAGS:
            one.add_argument(idle, action="store_true", help=argparse.SUPPRESS)
        for idle in IDLE_VALUES:
            one.add_argument(idle, help=argparse.SUPPRESS)
        return one

    for name, run, text in (("install", _install, "install packages"), ("download", _download, "bring wheels into a folder")):
        one = command(name, run, text)
        one.add_argument("what", nargs="*", metavar="REQUIREMENT | WHEEL")
        one.add_argument("-r", "--requirement", action="append", default=[], metavar="FILE")
        one.add_argument("-c", "--constraint", action="append", default=[], metavar="FILE")
        one.add_argument("-e", "--editable", action="append", default=[], metavar="DIR", help="import the modules of a project where they are")
        one.add_argument("--no-deps", "--no-dependencies", action="store_true")
        one.add_argument("--require-hashes", action="store_true")
        add_sources(one)
    one.add_argument("-d", "--dest", default=".")
    one = commands.choices["install"]
    one.add_argument("-U", "--upgrade", action="store_true")
    one.add_argument("--force-reinstall", "-I", "--ignore-installed", action="store_true")
    one.add_argument("-t", "--target", metavar="DIR")
    one.add_argument("--dry-run", action="store_true")
    one = command("uninstall", _uninstall, "take packages out")
    one.add_argument("what", nargs="*")
    one.add_argument("-r", "--requirement", action="append", default=[], metavar="FILE")
    one.add_argument("-y", "--yes", action="store_true")
    one.set_defaults(find_links=[], extra_index_url=[], no_index=False, pre=False, index_url=None)
    one = command("list", _list, "show what is installed")
    one.add_argument("--format", choices=("columns", "freeze", "json"), default="columns")
    command("freeze", _freeze, "show what is installed as requirements")
    one = command("show", _show, "show facts of packages")
    one.add_argument("what", nargs="+")
    one.add_argument("-f", "--files", action="store_true")
    command("check", _check, "look for missing requirements")
    one = command("index", _index, "index versions NAME: show the versions that can be had")
    one.add_argument("kind", choices=("versions",))
    one.add_argument("name")
    add_sources(one)
    one = command("help", lambda options: commands.choices.get(options.about, parser).print_help(), "show help for a command")
    one.add_argument("about", nargs="?", metavar="COMMAND")
    return parser


def _finder(options):
    """A finder by options, then the environment."""
    environment = os.environ.get
    indexes = []
    if not (options.no_index or environment("PIP_NO_INDEX")):
        indexes = [options.index_url or environment("PIP_INDEX_URL") or INDEX,
                   *options.extra_index_url, *environment("PIP_EXTRA_INDEX_URL", "").split()]
    return Finder([*options.find_links, *environment("PIP_FIND_LINKS", "").split()], indexes, options.pre)


def _resolve(options, present):
    wanted = Wanted(options)
    if not wanted.requirements:
        raise InstallError('You must give at least one requirement to install (see "pip help install")')
    fresh = getattr(options, "upgrade", False) or getattr(options, "force_reinstall", False)
    chosen = Resolver(_finder(options), wanted, present, fresh, not options.no_deps).solve()
    for requirement in wanted.requirements if not options.quiet else ():
        pick = chosen.get(requirement.key)
        if pick is not None and not pick.is_new:
            print(f"Requirement already satisfied: {requirement} in {folder_of(pick.distribution)} ({pick.version})")
    return {key: pick.candidate for key, pick in chosen.items() if pick.is_new}


def _install(options):
    present = {} if options.target else installed()
    chosen = _resolve(options, present)
    if options.dry_run:
        if chosen:
            print("Would install", *sorted(f"{each.metadata()['Name']}-{each.version}" for each in chosen.values()))
        return
    # All is read and checked before anything is changed.
    wheels = {}
    for key, candidate in chosen.items():
        if not options.quiet:
            print(f"Processing {candidate.file}")
        wheels[key] = Wheel(candidate)
    for key, wheel in wheels.items():
        if key in present and present[key].read_text("RECORD") is not None:
            uninstall(present[key])
        wheel.install(options.target)
    if not wheels or options.quiet:
        return
    print("Successfully installed", *sorted(f"{wheel.name}-{wheel.version}" for wheel in wheels.values()))
    scripts = places(options.target)[1]
    if not options.target and any(wheel.has_scripts for wheel in wheels.values()) and scripts not in os.environ.get("PATH", "").split(":"):
        print(f"WARNING: the commands are installed in {scripts}, which is not on PATH", file=sys.stderr)


def _download(options):
    os.makedirs(options.dest, exist_ok=True)
    for candidate in _resolve(options, {}).values():
        path = os.path.join(options.dest, candidate.file)
        with open(path, "wb") as file:
            file.write(candidate.read())
        if not options.quiet:
            print(f"Saved {path}")


def _uninstall(options):
    present = installed()
    names = [requirement.name for requirement in Wanted(options).requirements]
    if not names:
        raise InstallError("You must give at least one package to uninstall")
    for name in names:
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
        _show_one(distribution, present, options.files)
    if missing:
        print(f"WARNING: Package(s) not found: {', '.join(missing)}", file=sys.stderr)
    return 0 if shown else 1


def _needs(distribution):
    """Names of what it needs here, without extras."""
    return sorted({each.name for each in map(Requirement, distribution.requires or ()) if each.applies()}, key=str.lower)


def _show_one(distribution, present, files):
    facts = distribution.metadata
    for field in ("Name", "Version", "Summary", "Home-page", "Author", "Author-email", "License"):
        print(f"{field}: {facts[field] or ''}")
    print(f"Location: {folder_of(distribution)}")
    print("Requires:", ", ".join(_needs(distribution)))
    key = normal(facts["Name"])
    print("Required-by:", ", ".join(sorted(each.metadata["Name"] for each in present.values() if key in map(normal, _needs(each)))))
    if files:
        print("Files:", *(f"  {file}" for file in sorted(map(str, distribution.files or ()))), sep="\n")


def _check(options):
    present, broken = installed(), 0
    for distribution in present.values():
        label = f"{distribution.metadata['Name']} {distribution.version}"
        for each in map(Requirement, distribution.requires or ()):
            have = present.get(each.key)
            if not each.applies():
                continue
            if have is None:
                print(f"{label} requires {each.name}, which is not installed.")
                broken = 1
            elif not each.specifier.allows(Version(have.version)):
                print(f"{label} has requirement {each}, but you have {each.name} {have.version}.")
                broken = 1
    if not broken:
        print("No broken requirements found.")
    return broken


def _index(options):
    found = _finder(options).every(normal(options.name))
    usable = sorted({each.version for each in found if not each.refusal() and (options.pre or not each.version.is_prerelease)}, reverse=True)
    if not usable:
        raise InstallError(f"No matching distribution found for {options.name}")
    print(f"{options.name} ({usable[0]})")
    print("Available versions:", ", ".join(map(str, usable)))
