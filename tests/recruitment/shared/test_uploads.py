"""Uploads are cut off at a bound, wherever they are sent."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory

from recruitment.shared.uploads import MOST_BYTES


@pytest.mark.parametrize(("sent", "kept"), [(0, 0), (1000, 1000), (MOST_BYTES, MOST_BYTES)])
def test_a_file_within_the_bound_arrives_whole(sent, kept):
    assert received(sent) == {"file": kept, "after": 3}


def test_what_lies_behind_the_bound_is_dropped_and_the_rest_of_the_form_arrives():
    sizes = received(MOST_BYTES + 9_000_000)
    assert MOST_BYTES - 65_536 < sizes["file"] <= MOST_BYTES and sizes["after"] == 3


def received(size: int) -> dict[str, int]:
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.jpg", b"x" * size), "after": SimpleUploadedFile("b.jpg", b"end")})
    _fields, files = MultiPartParser(request.META, request, request.upload_handlers, "utf-8").parse()
    sizes = {name: upload.size for name, upload in files.items()}
    for upload in files.values():
        upload.close()
    return sizes
