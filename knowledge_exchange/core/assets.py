"""The built front-end files: their names with hashes, and how they are served.

``app.css`` lies in ``static/dist`` as ``app-<hash>.css``, beside copies compressed at build time. Its
name changes with its content, so browsers may keep it for ever.
"""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

STATIC = Path(__file__).resolve().parent.parent / "static"
DIST = STATIC / "dist"
URL_PREFIX = "/static/dist/"
ONE_YEAR_S = 365 * 24 * 3600
#: Smaller first. Names as in Accept-Encoding, with the suffix of the copy.
_CODINGS = (("br", ".br"), ("gzip", ".gz"))
_COPIES = tuple(suffix for _coding, suffix in _CODINGS)


class AssetsMissing(RuntimeError):
    """The front-end was never built, or does not hold the file asked for."""


def init_app(app: Flask) -> None:
    """Give templates ``asset()`` and serve built files compressed, to be kept for a year."""
    app.jinja_env.globals["asset"] = asset_url
    app.jinja_env.globals["parts_of"] = parts_of
    app.view_functions["static"] = send_static


def asset_url(name: str) -> str:
    """Return the public path of the built file `name`, such as ``app.css``.

    Raises AssetsMissing when there is no such file in the manifest.
    """
    try:
        stamp = (DIST / "manifest.json").stat().st_mtime_ns
        return URL_PREFIX + _manifest(stamp)[name]
    except FileNotFoundError as error:
        raise AssetsMissing("The front-end has not been built: run `make setup`.") from error
    except KeyError as error:
        raise AssetsMissing(f"The front-end has no file called {name!r}: run `make setup`.") from error


def parts_of(name: str) -> list[str]:
    """The public paths of what the built script `name` takes in before it starts: browsers fetch all at once."""
    stamp = (DIST / "manifest.json").stat().st_mtime_ns
    return [URL_PREFIX + made for plain, made in _manifest(stamp).items() if plain.startswith(f"{name}/")]


def send_static(filename: str) -> Response:
    """Answer with a file of ``static``; 404 for what is not there."""
    is_built = filename.startswith("dist/") and "-" in filename and not filename.endswith(_COPIES)
    coding, suffix = _best_copy(filename) if is_built else ("", "")
    response = send_from_directory(STATIC, filename + suffix, max_age=ONE_YEAR_S if is_built else None)
    if coding:
        # The type is that of the file, not of its compressed copy.
        response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.headers["Content-Encoding"] = coding
    if is_built:
        response.headers["Vary"] = "Accept-Encoding"
        response.cache_control.public = True
        response.cache_control.immutable = True
    return response


def _best_copy(filename: str) -> tuple[str, str]:
    """The smallest copy that the browser takes, as coding and suffix; empty for the file itself."""
    for coding, suffix in _CODINGS:
        if request.accept_encodings.quality(coding) > 0 and (STATIC / (filename + suffix)).is_file():
            return coding, suffix
    return "", ""


@lru_cache(maxsize=1)
def _manifest(_stamp: int) -> dict[str, str]:
    """Return the manifest; the time stamp makes a new build visible without a restart."""
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return names
