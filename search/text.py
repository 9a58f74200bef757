"""Analyses documents and queries alike, so that the engines only split at spaces and cannot disagree.

A text becomes words in two forms: with accents (what people mean) and folded (what people without a Vietnamese keyboard
type). Leftovers of the Telex and VNI input methods ("cong nhaan", "cong6 nhan6") are read as the letters they stand for.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST_TEXT = 10_000  # characters; what follows is ignored
LONGEST_CORRECTED = 24  # letters; a longer word is a code or an address
LONGEST_SYLLABLE = 7  # letters: "nghiêng"

_WORD = re.compile(r"[^\W_]{1,100}")  # a longer run is cut: Elasticsearch would cut it too, elsewhere, at 255 characters
_DROPPED = frozenset(["Cc", "Cf", "Cn", "Co", "Cs"])  # control, bidi and format marks, unassigned, private, lone surrogates

_TONES = {"sắc": "\u0301", "huyền": "\u0300", "hỏi": "\u0309", "ngã": "\u0303", "nặng": "\u0323"}
_TELEX_TONES = {"s": _TONES["sắc"], "f": _TONES["huyền"], "r": _TONES["hỏi"], "x": _TONES["ngã"], "j": _TONES["nặng"]}
_VNI_TONES = {"1": _TONES["sắc"], "2": _TONES["huyền"], "3": _TONES["hỏi"], "4": _TONES["ngã"], "5": _TONES["nặng"]}
_TELEX_SHAPES = {"aa": "â", "aw": "ă", "ee": "ê", "oo": "ô", "ow": "ơ", "uw": "ư"}
_VNI_SHAPES = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}
_SHAPES_FROM_THE_END = [("w", "uo", "ươ"), ("w", "a", "ă"), ("w", "o", "ơ"), ("w", "u", "ư"), ("a", "a", "â"), ("e", "e", "ê"), ("o", "o", "ô")]
_VOWELS = "aăâeêioôơuưy"

# English words and abbreviations that happen to spell a Vietnamese syllable with a Telex tone.
_LOOKS_TYPED = (
    "air ar as bar bas bos box bus car cars cos das dos ems eps er ex fax for fox gas has her his hr ios ir is kits los lux mar max mix mos "
    "nor or os pas per pos sir tar tax tex ups us var vas was wax"
)
_LEFT_ALONE = frozenset(_LOOKS_TYPED.split())

_INITIALS = r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnrstvx])?"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in ing inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong op ot u ua uan uang uat uau uay uc ue uech uen uenh "
    "ui um un ung uoc uoi uom uon uong uop uot uou uo up ut uu uy uya uych uyen uyet uynh uyp uyt uyu "
    "y ych yem yen yeng yet yeu ym yn ynh yt"
)
_SYLLABLE = re.compile(f"{_INITIALS}(?:{'|'.join(sorted(_RHYMES.split(), key=len, reverse=True))})")


def clean(text: str) -> str:
    """Composed letters (NFC) without control and direction marks, single-spaced, at most LONGEST_TEXT long."""
    composed = unicodedata.normalize("NFC", text[: 4 * LONGEST_TEXT])[:LONGEST_TEXT]
    spaced = " ".join(composed.split())
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter) not in _DROPPED).split())


def normalise(text: str) -> str:
    """The same in lower case."""
    lowered = unicodedata.normalize("NFC", clean(text).lower())
    return " ".join(lowered.split())[:LONGEST_TEXT].rstrip()


def fold(text: str) -> str:
    """The same text without accents: "Đóng gói" becomes "Dong goi"."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(letter for letter in parts if not unicodedata.combining(letter)))


def tokens(text: str) -> list[str]:
    """The words of a text with their accents, each in one spelling: what the accented field holds and is asked for."""
    return [_one_spelling(_as_meant(word)) for word in _WORD.findall(normalise(text))]


@dataclass(frozen=True, slots=True)
class Span:
    """A word as `tokens` reads it, and where it stands in the cleaned text."""

    token: str
    start: int
    end: int


def spans(cleaned: str) -> list[Span]:
    """The words of a text that `clean` made, with their places in it."""
    return [Span(token, found.start(), found.end()) for found in _WORD.finditer(cleaned) for token in tokens(found[0])]


def folded_tokens(text: str) -> list[str]:
    """The words of a text without accents, in the same number and order as `tokens`."""
    return [fold(_as_meant(fold(word))) for word in tokens(text)]


def pairs(folded: Sequence[str]) -> list[str]:
    """Neighbouring words as one: what tells "công nhân" from "công ty" and "nhân viên" in one text. The underscore is in no word."""
    return [f"{word}_{following}" for word, following in pairwise(folded)]


def _one_spelling(word: str) -> str:
    """Old and new places of the tone mark are one word: "hoà" becomes "hòa", "thuý" "thúy"."""
    if word.isascii() or word[-1:] not in _TONE_MOVES_FROM:
        return word
    return _TONE_AT_THE_END.sub(_move_tone, word)


def _compose(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


_TONE_MOVES = {first + _compose(last, tone): _compose(first, tone) + last for first, last in ("oa", "oe", "uy") for tone in _TONES.values()}
_TONE_MOVES_FROM = frozenset(pair[1] for pair in _TONE_MOVES)
_TONE_AT_THE_END = re.compile(f"(?<!q)(?:{'|'.join(_TONE_MOVES)})$")


def _move_tone(match: re.Match) -> str:
    return _TONE_MOVES[match[0]]


def _as_meant(word: str) -> str:
    """A word with Telex or VNI leftovers as the syllable it stands for; any other word unchanged."""
    if not word.isascii() or not 2 < len(word) <= 10 or word in _LEFT_ALONE or _SYLLABLE.fullmatch(word):
        return word
    read = _read_vni(word) if any(letter.isdigit() for letter in word) else _read_telex(word)
    if read is None:
        return word
    shaped, tone = read
    return _with_tone(shaped, tone) if _SYLLABLE.fullmatch(fold(shaped)) else word


def _read_telex(word: str) -> tuple[str, str] | None:
    """Letters with their shapes and the tone mark ("" for none), or None if two tones were typed."""
    if word.startswith("dd"):
        word = "đ" + word[2:]
    elif word[0] == "d" and "d" in word[1:]:
        word = "đ" + word[1:].replace("d", "", 1)
    first_vowel = next((position for position, letter in enumerate(word) if letter in _VOWELS), len(word))
    tones = [position for position, letter in enumerate(word) if position > first_vowel and letter in _TELEX_TONES]
    if len(tones) > 1:
        return None
    tone = _TELEX_TONES[word[tones[0]]] if tones else ""
    if tones:
        word = word[: tones[0]] + word[tones[0] + 1 :]
    word = re.sub(r"uow|uwow|uwo", "ươ", word)
    for typed, shaped in _TELEX_SHAPES.items():
        word = word.replace(typed, shaped)
    return _shape_from_the_end(word), tone


def _shape_from_the_end(word: str) -> str:
    """Telex allows the mark after the last letter: "nhana", "tangw", "duongw"."""
    for mark, bare, shaped in _SHAPES_FROM_THE_END:
        if word.endswith(mark) and bare in word[:-2]:
            return word[:-1].replace(bare, shaped, 1)
    return word


def _read_vni(word: str) -> tuple[str, str] | None:
    """The same for digits; None if a digit has no letter to stand on or two tones were typed."""
    letters, tone, digits = "", "", 0
    for letter in word:
        if not letter.isdigit():
            letters += letter
            continue
        digits += 1
        if letter in _VNI_TONES and not tone:
            tone = _VNI_TONES[letter]
        elif letter == "9" and letters.startswith("d"):
            letters = "đ" + letters[1:]
        elif letter == "7" and "uo" in letters:
            letters = letters.replace("uo", "ươ")
        else:
            bare = [known for known in _VNI_SHAPES.get(letter, {}) if known in letters]
            if not bare:
                return None
            letters = letters.replace(bare[-1], _VNI_SHAPES[letter][bare[-1]], 1)
    return (letters, tone) if len(letters) > 1 and digits <= 3 else None


def _with_tone(word: str, tone: str) -> str:
    """Put the tone mark where it is written: on the marked vowel, else on the first of an open pair, else on the last."""
    start = 2 if word.startswith(("qu", "gi")) and len(word) > 2 and word[2] in _VOWELS else 0
    vowels = [position for position, letter in enumerate(word) if position >= start and letter in _VOWELS]
    if not tone or not vowels:
        return word
    shaped = [position for position in vowels if word[position] not in "aeiouy"]
    if shaped:
        place = shaped[-1]
    elif len(vowels) == 1:
        place = vowels[0]
    else:
        place = vowels[1] if vowels[-1] < len(word) - 1 or len(vowels) == 3 else vowels[0]
    return word[:place] + _compose(word[place], tone) + word[place + 1 :]


_ALPHABET = sorted({*"abcdefghijklmnopqrstuvwxyzđ", *(_compose(letter, tone) for letter in _VOWELS for tone in ["", *_TONES.values()])})


def correct(word: str, vocabulary: Collection[str]) -> str:
    """The nearest word of the vocabulary one slip away, or the word itself.

    Words of the vocabulary, of one or two letters, with digits, or very long are never touched. Two letters swapped are
    likelier than one wrong; then a mapping's frequency decides, then the alphabet. The vocabulary is a set or a mapping.
    """
    if word in vocabulary or not 2 < len(word) <= LONGEST_CORRECTED or not word.isalpha():
        return word
    frequency = vocabulary if isinstance(vocabulary, Mapping) else {}
    found = (near for near in _one_slip_away(word) if near in vocabulary)
    return min(found, key=lambda near: (sorted(near) != sorted(word), -frequency.get(near, 0), near), default=word)


def _one_slip_away(word: str) -> set[str]:
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {left + right[1:] for left, right in splits if right}
    near |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    near |= {left + letter + right[1:] for left, right in splits if right for letter in _ALPHABET}
    return near | {left + letter + right for left, right in splits for letter in _ALPHABET}


def split(word: str, vocabulary: Collection[str]) -> list[str]:
    """Words of the vocabulary typed without the spaces between them ("congnhan"), the fewest that make it up; else the word alone.

    Parts are syllables of at least two letters, and one word in the vocabulary is never split.
    """
    if word in vocabulary or not 3 < len(word) <= LONGEST_CORRECTED or not word.isalpha():
        return [word]
    best: dict[int, list[str]] = {0: []}
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end - 1):
            part = word[start:end]
            if start in best and part in vocabulary and _SYLLABLE.fullmatch(fold(part)) and len(best[start]) < len(best.get(end, " " * 99)) - 1:
                best[end] = [*best[start], part]
    return best.get(len(word), [word])
