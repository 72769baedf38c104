"""pack.py BINARIES REGISTRY: packs what was built into the registry's assets with zopfli, a twentieth smaller than gzip -9
for the same reader. `registry:publish` keeps a packed form that is there, after it has checked what it unpacks to.

Needs the package zopfli (PyPI; tools/bundles/toolchain.sh installs it)."""
import hashlib
import multiprocessing
import pathlib
import sys

import zopfli.gzip

binaries, registry = (pathlib.Path(each) for each in sys.argv[1:3])


def pack(file):
    raw = file.read_bytes()
    place = registry / "assets" / f"{hashlib.sha256(raw).hexdigest()}.wasm.gz"
    if place.exists():
        return
    packed = bytearray(zopfli.gzip.compress(raw, numiterations=5))
    # gzip's byte for "unknown operating system".
    packed[9] = 255
    place.with_suffix(".new").write_bytes(packed)
    place.with_suffix(".new").rename(place)
    print(f"{file}: {len(raw)} bytes, {len(packed)} packed", flush=True)


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        pool.map(pack, sorted(file for file in binaries.glob("*/*") if file.suffix in {".wasm", ".tar"}), chunksize=1)
