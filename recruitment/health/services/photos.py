"""Reading a photo costs a second of a processor: how many one person, and one address, may send."""

import datetime as dt

from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.shared.rates import is_within
from recruitment.shared.refusals import Refusal

WINDOW = dt.timedelta(minutes=15)
MOST_PER_PERSON = 20  # somebody with a bad camera and four papers
MOST_PER_ADDRESS = 400  # a dormitory of a thousand people shares one address


class TooManyPhotos(Refusal):
    """Carries `minutes` to wait."""

    field = "photo"

    def for_people(self) -> str:
        return _("Đã gửi nhiều ảnh. Hãy đợi %(minutes)d phút, hoặc dán nội dung mã, hoặc nhập tay ở dưới: cả hai cách luôn làm được.") % {
            "minutes": self.facts["minutes"]
        }


def count_photo(*, by: User, address: str) -> None:
    """Before a photo is read. Raises TooManyPhotos. `address`: where the request came from."""
    mine = is_within(f"photo-person:{by.pk}", most=MOST_PER_PERSON, window=WINDOW)
    if not (mine and is_within(f"photo-address:{address}", most=MOST_PER_ADDRESS, window=WINDOW)):
        raise TooManyPhotos(minutes=int(WINDOW.total_seconds() // 60))
