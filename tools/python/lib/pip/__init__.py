"""A small installer of pure-Python wheels with pip's command line: not the pip of the Python Packaging Authority.

What it knows of pip: install, uninstall, list, freeze, show, check, download. It follows the specifications of wheels, of
versions (PEP 440), of requirements (PEP 508) and of the simple index (PEP 503 and 691)."""

__version__ = "0.1"


def main(args=None):
    from ._cli import main as run
    return run(args)
