"""From a photo or screenshot to the text of the QR code on it. Bounded in bytes, pixels and tries."""

import math
import warnings
from collections.abc import Iterator
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps, ImageStat

from recruitment.health.certificates.envelope import PREFIX
from recruitment.health.certificates.problems import Problem, Unreadable

MOST_MEGABYTES = 20
FORMATS = ["JPEG", "PNG", "WEBP"]
MOST_PIXELS = 30_000_000
MOST_JPEG_PIXELS = 80_000_000  # decoded at a fraction of its size
MOST_WORK = 240_000_000  # pixels times scans: a progressive JPEG of few bytes may ask for its whole area over and over
SCAN = b"\xff\xda"  # the marker of one scan; inside its data every ff is followed by 00
LONGEST_SIDES = (1600, 3200, 4800)  # pixels, tried in turn
DARK, FLAT = 45, 6  # mean and spread of brightness (0–255) below which there is nothing to see
CODES = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec))  # the two that the EU specification allows


def is_picture(data: bytes) -> bool:
    """By its first bytes."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def text_in_picture(data: bytes) -> str:
    """The certificate's text, or that of another code if there is no certificate. Raises Unreadable."""
    if len(data) > MOST_MEGABYTES * 2**20:
        raise Unreadable(Problem.PICTURE_TOO_LARGE, "bytes")
    picture = _grey(data)
    found: list[str] = []
    for attempt in _attempts(picture):
        found += [code.text for code in zxingcpp.read_barcodes(attempt, formats=CODES)]
        if certificates := [text for text in found if text.startswith(PREFIX)]:
            return certificates[0]
    if found:
        return found[0]
    raise Unreadable(_nothing_seen(picture))


def _grey(data: bytes) -> Image.Image:
    """The picture in shades of grey, a JPEG no larger than it need be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=FORMATS)
        if picture.format == "JPEG":
            _bound(picture, MOST_JPEG_PIXELS, scans=data.count(SCAN))
            picture.draft("L", (LONGEST_SIDES[-1], LONGEST_SIDES[-1]))
        else:
            _bound(picture, MOST_PIXELS, scans=1)
        return _on_white(picture).convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable(Problem.PICTURE_TOO_LARGE, "pixels") from None
    except (OSError, ValueError, SyntaxError, MemoryError) as error:  # what Pillow raises for files that break off or lie
        raise Unreadable(Problem.PICTURE_UNREADABLE, type(error).__name__) from None


def _bound(picture: Image.Image, most_pixels: int, *, scans: int) -> None:
    pixels = picture.width * picture.height
    if pixels > most_pixels or pixels * scans > MOST_WORK:
        raise Unreadable(Problem.PICTURE_TOO_LARGE, "pixels")


def _on_white(picture: Image.Image) -> Image.Image:
    """A screenshot may be transparent around the code; black there would swallow it."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    """As it is and with its contrast stretched, small first: most photos are read at once."""
    longest = max(picture.size)
    for factor in sorted({math.ceil(longest / side) for side in LONGEST_SIDES}, reverse=True):
        smaller = picture.reduce(factor)
        yield smaller
        yield ImageOps.autocontrast(smaller, cutoff=2)


def _nothing_seen(picture: Image.Image) -> Problem:
    picture.thumbnail((256, 256))
    brightness = ImageStat.Stat(picture)
    if brightness.mean[0] < DARK:
        return Problem.PICTURE_DARK
    return Problem.PICTURE_EMPTY if brightness.stddev[0] < FLAT else Problem.NO_CODE
