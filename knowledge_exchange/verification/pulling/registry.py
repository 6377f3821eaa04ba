"""Registries: the unions' own systems, from which a roll can be pulled. What one must do, and which kinds there are.

A kind is built in, or comes with an installed package as an entry point of the group :data:`GROUP`; see
``docs/developers/registry.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol, cast

from flask_babel import gettext as _

#: Packages name their kinds of registry in this group of entry points.
GROUP = "knowledge_exchange.registries"
BUILT_IN = "https"


@dataclass(frozen=True, slots=True)
class Access:
    """Where a registry is and what opens it. The token is a secret: it belongs in no text that anybody reads."""

    url: str
    token: str = field(default="", repr=False)
    #: Whether plain http to this very machine will do (never in production).
    is_lenient: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """The whole roll as a file that ``roll import`` could read, and what the registry calls this version of it."""

    path: Path
    #: Given back as ``known`` the next time; empty where the registry names none.
    version: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The registry says that its roll is still the version that was asked about."""


class RegistryFailed(Exception):
    """No roll was got. Says why in a sentence for officers, that holds neither token nor anybody's data."""

    def __init__(self, sentence: str, *, try_again: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        #: Whether trying again may help by itself; else somebody must change something.
        self.try_again = try_again


class Registry(Protocol):
    """A membership system that a roll can be pulled from."""

    def fetch(self, known: str, into: Path) -> Fetched | Unchanged:
        """Get the whole roll of one source into a file in the private folder ``into``, which is deleted afterwards.

        ``known`` is the version that was applied last, or empty. Only where it isn't empty, :class:`Unchanged` may be
        the answer. Raises :class:`RegistryFailed` when anything at all is in doubt: half a roll would put members out.
        """


#: What makes a registry of one kind.
Kind = Callable[[Access], Registry]


def kinds() -> list[str]:
    """The names of all kinds that there are, the built-in one first."""
    return [BUILT_IN, *sorted({point.name for point in _plugged_in()} - {BUILT_IN})]


def _plugged_in() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def open_registry(kind: str, access: Access) -> Registry:
    """The registry of a source. Raises :class:`RegistryFailed` where this kind isn't there, or can't be loaded."""
    if kind == BUILT_IN:
        # Looked up late: the library for HTTP is slow to load, and most processes never pull.
        from knowledge_exchange.verification.pulling.https import HttpsRegistry

        return HttpsRegistry(access)
    for point in _plugged_in():
        if point.name == kind:
            return _load(point, access)
    raise RegistryFailed(_("The registry “%(kind)s” is not installed here.", kind=kind), try_again=False)


def _load(point: EntryPoint, access: Access) -> Registry:
    try:
        return cast(Kind, point.load())(access)
    except RegistryFailed:
        raise
    except Exception as error:  # whatever a package may raise; what it says may hold anything
        kind = type(error).__name__
        said = _("The registry “%(name)s” is installed, but can't be loaded (%(kind)s).", name=point.name, kind=kind)
        raise RegistryFailed(said, try_again=False) from None
