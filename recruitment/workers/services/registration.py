"""Registering a job seeker."""

import datetime as dt
import unicodedata

from recruitment.shared.crypto import blind_index


def identity_index_of(name: str, birth_date: dt.date) -> str:
    """A keyed digest of the name without accents, case or spacing and the birth date: equal for the same person written twice."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    plain = " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
    return blind_index("identity", f"{plain}|{birth_date.isoformat()}")
