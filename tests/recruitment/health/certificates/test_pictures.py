"""Photos as people take them: turned, dark, small, of nothing, and those made to break a reader."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from recruitment.health.certificates.pictures import MOST_MEGABYTES, text_in_picture
from recruitment.health.certificates.problems import Problem, Unreadable
from tests.factories.certificates import Issuer, qr_picture, vaccination

TEXT = Issuer().issue(vaccination())
CODE = qr_picture(TEXT)


def encoded(picture: Image.Image, form: str = "JPEG", **options) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


def photo(*, size=(3000, 4000), code=1400, angle=0.0, ground=205) -> Image.Image:
    """A sheet of paper with the code on it, on a table."""
    picture = Image.new("L", size, ground)
    ImageDraw.Draw(picture).rectangle((size[0] // 12, size[1] // 12, size[0] - size[0] // 12, size[1] - size[1] // 12), fill=245)
    picture.paste(CODE.resize((code, code)), ((size[0] - code) // 2, (size[1] - code) // 2))
    return picture.rotate(angle, expand=True, fillcolor=ground)


def problem_of(data: bytes) -> Problem:
    with pytest.raises(Unreadable) as refused:
        text_in_picture(data)
    return refused.value.problem


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_screenshot_is_read_in_each_usual_format(form):
    assert text_in_picture(encoded(CODE, form)) == TEXT


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 12, 45])
def test_a_turned_photo_is_read(angle):
    assert text_in_picture(encoded(photo(angle=angle), quality=80)) == TEXT


def test_a_dim_and_a_blurred_photo_are_read():
    assert text_in_picture(encoded(ImageEnhance.Brightness(photo()).enhance(0.12))) == TEXT
    assert text_in_picture(encoded(photo().filter(ImageFilter.GaussianBlur(3)))) == TEXT


def test_a_small_code_on_a_large_photo_is_read():
    assert text_in_picture(encoded(photo(size=(4000, 3000), code=520), quality=90)) == TEXT


def test_a_transparent_screenshot_is_read_on_white():
    clear = Image.new("RGBA", CODE.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=CODE.point(lambda value: 255 - value))
    assert text_in_picture(encoded(clear, "PNG")) == TEXT


def test_of_two_codes_the_certificate_is_taken():
    both = Image.new("L", (CODE.width * 2 + 40, CODE.height), 255)
    both.paste(qr_picture("https://example.invalid/", scale=12), (0, 0))
    both.paste(CODE, (CODE.width + 40, 0))
    assert text_in_picture(encoded(both, "PNG")) == TEXT


def test_another_kind_of_code_is_given_as_it_is():
    assert text_in_picture(encoded(qr_picture("https://example.invalid/"), "PNG")) == "https://example.invalid/"


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (Image.new("L", (800, 600), 3), Problem.PICTURE_DARK),
        (Image.new("RGB", (800, 600), (190, 190, 200)), Problem.PICTURE_EMPTY),
        (photo(size=(900, 1200), code=60), Problem.NO_CODE),
        (Image.new("L", (1, 1), 255), Problem.PICTURE_EMPTY),
        (Image.new("L", (20_000, 1), 255), Problem.PICTURE_EMPTY),
    ],
)
def test_a_photo_of_nothing_says_what_is_wrong_with_it(picture, problem):
    assert problem_of(encoded(picture, "PNG")) == problem


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.4", encoded(CODE, "PNG")[:600], encoded(photo())[:4000], b"GIF89a" + b"\0" * 50]
)
def test_what_is_no_whole_picture_is_refused(data):
    assert problem_of(data) == Problem.PICTURE_UNREADABLE


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + b"\0" * (MOST_MEGABYTES * 2**20),
        png_of_size(6_000, 6_000),
        png_of_size(12_000, 9_000),
        png_of_size(60_000, 60_000),
        encoded(Image.new("L", (3_000, 3_000), 255), progressive=True) + b"\xff\xda" * 200,
    ],
)
def test_what_would_cost_too_much_is_refused_at_once(data):
    begun = time.thread_time()
    assert problem_of(data) == Problem.PICTURE_TOO_LARGE
    assert time.thread_time() - begun < 0.2


def test_a_photo_of_twelve_megapixels_without_a_code_costs_a_bounded_time():
    noise = Image.effect_noise((1000, 750), 90).resize((4000, 3000))
    begun = time.thread_time()
    assert problem_of(encoded(noise, quality=95)) == Problem.NO_CODE
    assert time.thread_time() - begun < 5
