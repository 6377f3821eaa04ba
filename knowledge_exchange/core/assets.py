"""Names of the built front-end files: ``app.css`` is served as ``app-<hash>.css`` and may be cached for ever."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
URL_PREFIX = "/static/dist/"


class AssetsMissing(RuntimeError):
    """The front-end was never built, or does not hold the file asked for."""


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


@lru_cache(maxsize=1)
def _manifest(_stamp: int) -> dict[str, str]:
    """Return the manifest; the time stamp makes a new build visible without a restart."""
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return names
