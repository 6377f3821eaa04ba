"""The ten regions: the seven of NHS England, and Wales, Scotland and Northern Ireland.

A region's slug is that of its regional network. Files name regions in many ways; here is what is understood.
"""

from __future__ import annotations

import re

#: slug: (name, code of the Organisation Data Service)
REGIONS = {
    "north-west": ("North West", "Y62"),
    "london": ("London", "Y56"),
    "midlands": ("Midlands", "Y60"),
    "north-east-and-yorkshire": ("North East and Yorkshire", "Y63"),
    "east-of-england": ("East of England", "Y61"),
    "south-east": ("South East", "Y59"),
    "south-west": ("South West", "Y58"),
    "scotland": ("Scotland", ""),
    "wales": ("Wales", "W00"),
    "northern-ireland": ("Northern Ireland", ""),
}
_DROPPED = frozenset({"the", "region", "england", "nhs"})


def region_slug(text: str) -> str | None:
    """The slug of the region that a file means: ``North West``, ``NORTH-WEST region``, ``Y62``; else None."""
    return _BY_KEY.get(_key(text))


def region_name(slug: str) -> str:
    """The region in words; the slug itself for one that is not among the ten."""
    return REGIONS[slug][0] if slug in REGIONS else slug


def _key(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.casefold().replace("&", " and "))
    kept = [word for word in words if word not in _DROPPED]
    # "East of England" loses its last word like "NHS England North West" does: "east of".
    return " ".join(kept)


_BY_KEY = {
    _key(spelling): slug for slug, (name, code) in REGIONS.items() for spelling in (slug, name, code) if spelling
}
