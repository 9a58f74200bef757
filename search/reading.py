"""Reads what somebody typed into a search box: wages and days, occupations, places and benefits, what to leave out, and words.

Pure: text, a lexicon and the words of the index in; parts out, each with its place in the text, so that a page can show what
was understood and take it back.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from recruitment.shared.money import AmountOutOfRange, NotMoney, parse_money
from search import text
from search.lexicon import CONDITIONS, FILLER, OCCUPATION, SHIFT, WORDS, Lexicon, Phrase, fold_word

WORD, PAY, START = "word", "wage", "start"
MOST_WORDS = 40  # of one query; the rest is ignored, which keeps the longest query bounded
LOWEST_WAGE, HIGHEST_WAGE = 1_000_000, 200_000_000  # đồng a month, as the wage filter has them

LEADS = {
    *(
        "ở",
        "tại",
        "gần",
        "xã",
        "phường",
        "kcn",
        "khu",
        "khu công nghiệp",
        "khu cong nghiep",
        "industrial park",
        "industrial zone",
        "in",
        "at",
        "near",
        "with",
    ),
    *("làm", "đi", "chỉ", "có", "co", "hỗ", "trợ", "cần", "muốn", "lương", "thu", "nhập", "mức", "trên", "từ"),
}
NEGATIONS = frozenset(
    [("không",), ("ko",), ("khong",), ("no",), ("not",), ("trừ",), ("ngoại", "trừ"), ("không", "phải"), ("không", "làm"), ("except",)]
)
ONLY_BEFORE_SHIFTS = frozenset([("không",), ("ko",), ("khong",), ("no",), ("không", "làm")])


@dataclass(frozen=True)
class Part:
    """One thing that was said, at `start` to `end` of the text. `value`: đồng a month, or a day."""

    kind: str
    words: tuple[str, ...]
    start: int
    end: int
    phrases: tuple[Phrase, ...] = ()
    value: int | dt.date | None = None
    excluded: bool = False

    @property
    def values(self) -> frozenset:
        return frozenset().union(*(phrase.values for phrase in self.phrases))


@dataclass(frozen=True)
class Reading:
    """`typed` is the cleaned text. `corrected`: typed → read. `unread`: how many words at the end were ignored."""

    typed: str = ""
    parts: tuple[Part, ...] = ()
    accents: bool = False
    corrected: Mapping[str, str] = field(default_factory=dict)
    unread: int = 0

    def of(self, *kinds: str) -> list[Part]:
        """What was asked for, of these kinds; not what was excluded."""
        return [part for part in self.parts if part.kind in kinds and not part.excluded]

    def values_of(self, kind: str) -> frozenset:
        return frozenset().union(*(part.values for part in self.of(kind)))

    @property
    def conditions(self) -> list[Part]:
        return self.of(*CONDITIONS, PAY, START)

    @property
    def excluded(self) -> list[Part]:
        return [part for part in self.parts if part.excluded]

    @property
    def needed(self) -> list[Part]:
        """The words that an opening must have; those that say nothing count only when there are no others."""
        return self.of(WORD, WORDS, OCCUPATION) or ([] if self.conditions or self.excluded else self.of(FILLER))

    def without(self, part: Part) -> str:
        """The text as it would be typed without one part, nor the commas around it."""
        left = " ".join(f"{self.typed[: part.start]} {self.typed[part.end :]}".split())
        return re.sub(r"\s*[,;](?:\s*[,;])+", ",", left).strip(" ,;")


def read(typed: str, lexicon: Lexicon, known: Callable[[str], bool], correct: Callable[[str], Sequence[str]], *, on: dt.date) -> Reading:
    """What was typed, on the day `on`. `known`: the index or the lexicon has this folded word; `correct` gives the nearest words it has."""
    cleaned = text.clean(typed)
    fixed = [*_wages(cleaned), *_days(cleaned, on)]
    spans = [span for span in text.spans(cleaned) if not any(part.start <= span.start < part.end for part in fixed)]
    kept, unread = spans[:MOST_WORDS], len(spans[MOST_WORDS:])
    words, corrected = _corrected(kept, known, correct)
    accents = not all(span.token.isascii() for span in kept)
    reader = _Reader(cleaned, lexicon, accents, words)
    parts = sorted([*reader.parts(), *fixed], key=lambda part: part.start)
    return Reading(cleaned, tuple(_with_leads(parts)), accents, corrected, unread)


def read_exactly(typed: str) -> Reading:
    """Every word as it stands, none understood, corrected or left out."""
    cleaned = text.clean(typed)
    spans = text.spans(cleaned)
    parts = tuple(Part(WORD, (span.token,), span.start, span.end) for span in spans[:MOST_WORDS])
    return Reading(cleaned, parts, accents=any(not part.words[0].isascii() for part in parts), unread=len(spans[MOST_WORDS:]))


Word = tuple[str, int, int]  # as read, and where it stands in the text


def _corrected(spans: Sequence[text.Span], known: Callable, correct: Callable) -> tuple[list[Word], dict[str, str]]:
    words: list[Word] = []
    corrected: dict[str, str] = {}
    for span in spans:
        nearest = [span.token] if known(fold_word(span.token)) else list(correct(span.token))
        if nearest != [span.token]:
            corrected[span.token] = " ".join(nearest)
        words += [(word, span.start, span.end) for word in nearest]
    return words, corrected


@dataclass
class _Reader:
    cleaned: str
    lexicon: Lexicon
    accents: bool
    words: Sequence[Word]

    def parts(self) -> list[Part]:
        """The longest phrase first, from the left; what is no phrase is a word."""
        found: list[Part] = []
        place = 0
        while place < len(self.words):
            part, length = self._part_at(place)
            found.append(part)
            place += length
        return self._negated(found)

    def _part_at(self, place: int) -> tuple[Part, int]:
        for length in range(min(self.lexicon.longest, len(self.words) - place), 0, -1):
            said = self.words[place : place + length]
            if length > 1 and any(self._apart(before, after) for before, after in pairwise(said)):
                continue
            meant = self._meanings([word for word, _start, _end in said])
            if meant or length == 1:
                kind = _kind_of(meant)
                words = tuple(word for word, _start, _end in said)
                phrases = tuple(phrase for phrase in meant if phrase.kind == kind or (kind == OCCUPATION and phrase.kind == WORDS))
                start = said[0][1]
                excluded = self._dashed(start) and kind != FILLER
                return Part(kind, words, start - excluded, said[-1][2], phrases, excluded=excluded), length
        raise AssertionError("a single word is always a part")

    def _apart(self, before: Word, after: Word) -> bool:
        """A sign of exclusion, or of another thought, stands between two words."""
        return bool(re.search(r"\s-(?=\w)|[;|]", self.cleaned[before[2] : after[1] + 1]))

    def _dashed(self, start: int) -> bool:
        """A minus sign directly before a word, and none before it: "-may", not "ô tô-xe máy" nor "9 -12"."""
        return self.cleaned[start - 1 : start] == "-" and self.cleaned[start - 2 : start - 1] in ("", " ") and self.cleaned[start].isalpha()

    def _meanings(self, said: Sequence[str]) -> list[Phrase]:
        meant = self.lexicon.meanings_of(said, accents=self.accents)
        if not meant and (written_out := self._written_out(said)) != list(said):  # "cn may" is "công nhân may"
            return [phrase for phrase in self.lexicon.meanings_of(written_out, accents=self.accents) if phrase.kind == OCCUPATION]
        return meant

    def _written_out(self, said: Sequence[str]) -> list[str]:
        """With the first way to write out each abbreviation."""
        long: list[str] = []
        for word in said:
            short = [phrase for phrase in self.lexicon.meanings_of([word], accents=self.accents) if phrase.kind == WORDS]
            long += short[0].instead[0] if short and len(word) < 5 else [word]
        return long

    def _negated(self, parts: list[Part]) -> list[Part]:
        """ "không ca đêm" and "trừ may" exclude what follows."""
        kept: list[Part] = []
        for part in parts:
            for length in (2, 1):
                before = kept[-length:]
                said = tuple(word for earlier in before for word in earlier.words)
                if len(before) == length and said in NEGATIONS and (part.kind == SHIFT or said not in ONLY_BEFORE_SHIFTS) and part.kind != FILLER:
                    del kept[-length:]
                    part = replace(part, excluded=True, start=before[0].start)
            kept.append(part)
        return kept


def _kind_of(meant: Sequence[Phrase]) -> str:
    """Conditions before occupations before other words, when a phrase can be several."""
    kinds = {phrase.kind for phrase in meant}
    return next((kind for kind in (*CONDITIONS, OCCUPATION, WORDS, FILLER) if kind in kinds), WORD)


def _with_leads(parts: Sequence[Part]) -> list[Part]:
    """ "có ký túc xá", "lương trên 9 triệu", "ở Yên Bình": the words that lead to a condition belong to it."""
    kept: list[Part] = []
    for part in parts:
        if part.kind in (*CONDITIONS, PAY, START) and not part.excluded:
            while kept and kept[-1].kind in (WORD, WORDS, FILLER) and not kept[-1].excluded and " ".join(kept[-1].words) in LEADS:
                part = replace(part, start=kept.pop().start)
        kept.append(part)
    return kept


_UNIT = r"(?:triệu|trieu|trieeuj|trie[65]{2}u|trieu[65]{2}|tr|củ|million|mil)(?![^\W\d_])"
_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_LONG = r"(?:\d{1,3}(?:[.,]\d{3}){2}|\d{7,9})"
_AMOUNT = rf"(?:{_LONG}|{_NUMBER}\s*{_UNIT}(?:\s?\d(?![\d.,]))?(?:\s+rưỡi)?)(?:\s*(?:đồng|đ|vnđ|vnd)\b)?"
_FROM = r"(?:trên|tren|từ|tu|hơn|hon|ít nhất|it nhat|tối thiểu|toi thieu|over|from|above|at least|upto|up to|lên đến|len den|lên tới|tới|khoảng|khoang|>=?|≥)"
_INCOME = r"(?:thu nhập|thu nhap|mức lương|muc luong|lương|luong|income|salary|wage|pay)"
_MONTH = r"(?:\s*/\s*|\s+(?:một|mot|1|a|mỗi|moi|per)\s+)(?:tháng|thang|month)\b|\s*trở lên|\s*tro len|\s*\+"
_WAGE = re.compile(
    rf"(?<![\w.,])(?:{_INCOME}\s+(?:cứng\s+|cơ bản\s+|cb\s+)?)?(?:{_FROM}\s*)?"
    rf"(?:(?P<low>{_LONG}|{_NUMBER}(?:\s*{_UNIT})?)\s*(?:-|–|~|đến|den|tới|to)\s*(?P<high>{_AMOUNT})|(?P<only>{_AMOUNT}))(?:{_MONTH})*",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<!\w){_INCOME}\s+(?:{_FROM}\s*)?(?P<only>\d{{1,2}}(?:[.,]\d)?)(?![\d.,]|\s*(?:-|–|giờ|h\b|tuổi|năm|tháng|ngày|km|người|%))", re.IGNORECASE
)
_BELOW = re.compile(r"(?:dưới|duoi|under|below|<)\s*$", re.IGNORECASE)


def _wages(cleaned: str) -> list[Part]:
    """The lowest wage that was asked for, "8–10 triệu" meaning from 8. "dưới 10 triệu" is no wish and stays words."""
    found: list[Part] = []
    for pattern in (_WAGE, _BARE):
        for match in pattern.finditer(cleaned):
            said = match.groupdict()
            amount = said.get("low") or said["only"]
            taken = any(part.start < match.end() and match.start() < part.end for part in found)
            if taken or _BELOW.search(cleaned[: match.start()]) or (wage := _money(amount)) is None:
                continue
            found.append(Part(PAY, tuple(text.tokens(match[0])), match.start(), match.end(), value=wage))
    return found


def _money(amount: str) -> int | None:
    written_out = re.sub(r"củ|trieeuj|trie[65]{2}u|trieu[65]{2}", "triệu", amount.casefold())
    try:
        return parse_money(written_out, smallest=LOWEST_WAGE, largest=HIGHEST_WAGE)
    except (NotMoney, AmountOutOfRange):
        return None


_STARTING = r"(?:(?:bắt đầu|bat dau|vào làm|vao lam|đi làm|di lam|start(?:ing)?|làm)\s+)?"
_BEFORE = re.compile(
    rf"(?<!\w){_STARTING}(?:trước|truoc|by|before)\s+(?:ngày\s+|ngay\s+)?(?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})(?:[/.-](?P<year>\d{{4}}))?(?![\d/])",
    re.IGNORECASE,
)
_SOON = re.compile(
    rf"(?<!\w){_STARTING}(?:trong\s+)?(?P<what>tuần này|tuan nay|tuần sau|tuan sau|tháng này|thang nay|tháng sau|thang sau|this week|next week|this month|next month)(?!\w)",
    re.IGNORECASE,
)


def _days(cleaned: str, on: dt.date) -> list[Part]:
    """The day by which work should have begun."""
    found = []
    for match in _BEFORE.finditer(cleaned):
        if day := _day(match, on):
            found.append(Part(START, tuple(text.tokens(match[0])), match.start(), match.end(), value=day))
    for match in _SOON.finditer(cleaned):
        found.append(Part(START, tuple(text.tokens(match[0])), match.start(), match.end(), value=_end_of(match["what"], on)))
    return found[:1]


def _day(match: re.Match, on: dt.date) -> dt.date | None:
    """Without a year, the next time that day comes."""
    try:
        if match["year"]:
            return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
        day = dt.date(on.year, int(match["month"]), int(match["day"]))
        return day if day >= on else day.replace(year=on.year + 1)
    except ValueError:
        return None


def _end_of(what: str, on: dt.date) -> dt.date:
    later = text.fold(what.lower()).endswith("sau") or what.lower().startswith("next")
    if "tu" in text.fold(what.lower())[:2] or "week" in what.lower():
        return on + dt.timedelta(days=6 - on.weekday() + 7 * later)
    first_of_next = (on.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    last = (first_of_next + dt.timedelta(days=32)).replace(day=1) if later else first_of_next
    return last - dt.timedelta(days=1)
