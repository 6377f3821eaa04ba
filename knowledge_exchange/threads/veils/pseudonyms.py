"""Pseudonyms: friendly names by chance, each given once in the life of the exchange."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.threads.models import Voice

#: Names are tried so often before a third word makes room.
TRIES = 4
# Calm words that say nothing about anybody: no colour of skin, sex, age, faith, rank or place in them.
_HOW_WORDS = """
able amiable apt artful attentive balanced bold brave bright brisk calm candid canny careful cheerful clear clever
composed constant cordial courteous curious daring deft diligent eager earnest easy even fair faithful fearless firm
fond frank friendly gallant generous gentle genial glad graceful grateful hardy hearty helpful honest hopeful humble
jaunty jolly joyful just keen kind lively loyal lucid mellow merry mild mindful modest neat nimble noble patient
peaceful placid plain plucky poised polite prompt proud prudent quick quiet ready resolute restful robust sage sensible
serene sincere smiling sociable spirited spry stalwart steadfast steady stout sturdy subtle sunny supple sure swift
tactful tender thoughtful tidy tranquil trusty upbeat valiant vigilant warm watchful whole willing wise witty worthy
"""
_TONE_WORDS = """
amber apricot ashen azure beech birch bramble bronze cedar chalk cherry cinnamon clay clover cobalt copper coral cream
crystal dusk ember fern flint ginger golden hazel heather honey indigo iron ivory jade lavender lichen lilac linen
maple marble meadow mint misty moss oaken ochre olive opal pearl pebble pine plum quartz reed rosy russet saffron sand
sepia silver slate sorrel straw sunlit teal thistle topaz umber velvet violet walnut willow
"""
_WHO_WORDS = """
acorn alder anemone aspen auk avocet badger beaver bee bilberry bittern blackbird bluebell brambling bunting burdock
buttercup buzzard campion celandine chaffinch chestnut chough coot cormorant cornflower cowslip crane cricket crossbill
curlew cygnet daffodil daisy damselfly dipper dormouse dotterel dove dragonfly dunlin dunnock eider elder elm falcon
fieldfare finch firecrest foxglove fritillary fulmar gannet garganey goldcrest goldfinch goosander goshawk grebe
greenfinch grouse guillemot gull hare harebell harrier hawfinch hawthorn hedgehog heron hobby holly hoopoe hornbeam
iris jackdaw jay juniper kestrel kingfisher kite kittiwake knot lapwing larch lark linden linnet lupin magpie mallard
marigold marten martin merlin mole moorhen mulberry nightjar nuthatch orchid osprey otter ouzel owl oystercatcher
partridge peewit peregrine periwinkle petrel pheasant pigeon pintail pipit plover pochard poplar poppy primrose
ptarmigan puffin quail rail raven redpoll redstart redwing robin rook rowan rush sanderling sandpiper scoter seal
shearwater shelduck shoveler siskin skua skylark smew snipe snowdrop sparrow spruce squirrel starling stonechat stork
swallow swan swift sycamore teasel tern thrush treecreeper turnstone twite vole wagtail warbler waxwing wheatear
whimbrel whinchat whitethroat wigeon woodcock woodlark wren yarrow yew
"""

_HOW, _TONE, _WHO = (words.split() for words in (_HOW_WORDS, _TONE_WORDS, _WHO_WORDS))


def new_name() -> str:
    """A name that nobody had before: “Quiet Heron”; with a third word once many are taken."""
    tries = 0
    while True:
        words = [secrets.choice(_HOW), secrets.choice(_WHO)]
        if tries >= TRIES:
            words.insert(1, secrets.choice(_TONE))
        name = " ".join(word.capitalize() for word in words)
        if db.session.scalar(select(Voice.id).where(Voice.kind == "pseudonym", Voice.name == name)) is None:
            return name
        tries += 1
