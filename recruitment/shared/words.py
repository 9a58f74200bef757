"""Vietnamese words as the rules of capabilities compare them. The search engine's own analysis is `search/text.py`."""

import re
import unicodedata

INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs"}
TONES = "\u0300\u0301\u0303\u0309\u0323"
TONE_ON_THE_LAST = re.compile(f"(?<!q)(o|u)([ae](?<=o[ae])|y(?<=uy))([{TONES}])(?![a-z\u0302\u0306\u031b])")


def one_spelling(text: str) -> str:
    """Lower case, composed, single-spaced, nothing invisible, the tone mark in one place: "Khánh  Hoà" becomes "khánh hòa"."""
    decomposed = unicodedata.normalize("NFD", _visible(text).casefold())
    return unicodedata.normalize("NFC", TONE_ON_THE_LAST.sub(r"\1\3\2", decomposed))


def plain(text: str) -> str:
    """The same without accents, đ as d: "Đóng  Gói" becomes "dong goi"."""
    decomposed = unicodedata.normalize("NFD", _visible(text).casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _visible(text: str) -> str:
    spaced = " ".join(text.split())
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter) not in INVISIBLE).split())
