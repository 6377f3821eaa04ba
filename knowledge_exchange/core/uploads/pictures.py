"""Pictures, made anew: only what is seen is kept, upright, in the sizes of screens. Runs in the helper alone.

Whatever else stood in the file (where and when it was taken, with what, a smaller copy of what was cut off, a second
file behind the first) is not written again.
"""

from __future__ import annotations

import io
import warnings

from PIL import GifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from .kinds import DAMAGED, JPEG, PIXELS, PNG, Looked, Refused

#: A telephone's picture has 12 million pixels, some have 50; decoded, each takes four bytes.
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
#: The longest side of what is kept, and the widths of the smaller ones.
LONGEST = 1920
WIDTHS = (1080, 480)
_QUALITY = 82
#: A drawing is smaller than this as PNG; what is larger is a photograph.
_MOST_PNG_BYTES = 700 * 1024
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_PLUGINS = (JpegImagePlugin, PngImagePlugin, GifImagePlugin, WebPImagePlugin)
_OPAQUE = "RGB"


def look(data: bytes) -> Looked:
    """A picture, made anew. Raises :class:`Refused`; of moving ones the first frame is kept."""
    picture = _upright(data)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    main, is_photo = _encoded_best(picture, is_jpeg=data.startswith(b"\xff\xd8"))
    parts = {"": main}
    for width in WIDTHS:
        if picture.width > width:
            smaller = picture.copy()
            smaller.thumbnail((width, LONGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
            parts[str(width)] = _encoded(smaller, is_photo)
    return Looked(JPEG if is_photo else PNG, parts, picture.width, picture.height)


def _upright(data: bytes) -> Image.Image:
    """The picture's pixels as they are seen, in colours that every screen knows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own bound on pixels: ours is asked below, before anything is decoded
        try:
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
            width, height = opened.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise Refused(PIXELS)
            opened.draft(_OPAQUE, (LONGEST, LONGEST))  # a JPEG is decoded no larger than it is needed
            opened.load()
            turned = ImageOps.exif_transpose(opened)
            return _in_plain_colours(turned, opened.info.get("icc_profile"))
        except Image.DecompressionBombError as error:
            raise Refused(PIXELS) from error
        except (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, EOFError) as error:
            if isinstance(error, Refused):
                raise
            raise Refused(DAMAGED) from error


def _in_plain_colours(picture: Image.Image, profile: bytes | None) -> Image.Image:
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture.convert("RGBA" if has_alpha else _OPAQUE)
    if profile and not has_alpha and picture.mode == _OPAQUE:
        plain = _in_standard_colours(plain, profile)
    plain.info.clear()
    return plain


def _in_standard_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        found = ImageCms.profileToProfile(picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that is none: the colours as they stand
    return found or picture


def _encoded_best(picture: Image.Image, *, is_jpeg: bool) -> tuple[bytes, bool]:
    """The content, and whether it is a photograph: drawings and pictures of screens stay sharp."""
    if is_jpeg:
        return _encoded(picture, is_photo=True), True
    drawn = _encoded(picture, is_photo=False)
    if picture.mode == _OPAQUE and len(drawn) > _MOST_PNG_BYTES:
        return _encoded(picture, is_photo=True), True
    return drawn, False


def _encoded(picture: Image.Image, is_photo: bool) -> bytes:
    made = io.BytesIO()
    if is_photo:
        picture.save(made, "JPEG", quality=_QUALITY, progressive=True)
    else:
        picture.save(made, "PNG", compress_level=7)
    return made.getvalue()
