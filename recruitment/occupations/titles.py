"""Reads the occupation out of an advertisement's title, or says that it can't: pure, by rules kept in data/.

A title is a head ("thợ", "kỹ sư", "trưởng phòng": how people rank the job) and a field ("bảo trì điện": the work), followed
by whatever sells it: places, wages, benefits. The field furthest left decides, the longest where several begin together;
the head in front of it picks the occupation within the field. A field without occupations (teaching, beauty) means "none of ours".
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recruitment.shared.words import one_spelling, plain

DATA = Path(__file__).resolve().parent / "data"
LONGEST_TITLE = 300  # characters; what follows names benefits, not the job
WIDEST_GAP = 5  # words that "…" in a rule may stand for

ABBREVIATIONS = {
    "cn": "công nhân", "cnsx": "công nhân sản xuất", "nv": "nhân viên", "nvkd": "nhân viên kinh doanh", "ktv": "kỹ thuật viên", "sx": "sản xuất",
    "lđpt": "lao động phổ thông", "ldpt": "lao động phổ thông", "gđ": "giám đốc", "pgđ": "phó giám đốc", "ql": "quản lý", "oto": "ô tô",
    "tts": "thực tập sinh", "atvslđ": "an toàn lao động", "kĩ": "kỹ", "tmdt": "tmđt",
}  # fmt: skip
JOINED = [
    (re.compile(r"\b(r|m|c)\s*&\s*(d|e|b)\b"), r"\1\2"),
    (re.compile(r"thương mại điện tử|thuong mai dien tu"), "tmđt"),
]
HEADS = {
    "director": "giám đốc;phó giám đốc;tổng giám đốc;director",
    "manager": "quản lý;trưởng phòng;phó phòng;trưởng bộ phận;phó bộ phận;trưởng khối;trưởng ban;manager;head",
    "foreman": "quản đốc;phó quản đốc;trưởng xưởng;xưởng trưởng;foreman",
    "supervisor": "giám sát;nhân viên quản lý;supervisor",
    "shift leader": "trưởng ca;ca trưởng;phó ca;shift leader",
    "leader": "tổ trưởng;tổ phó;phó tổ;quản lý tổ;trưởng nhóm;nhóm trưởng;trưởng chuyền;chuyền trưởng;chuyền phó;trưởng line;leader",
    "engineer": "kỹ sư;engineer",
    "technician": "kỹ thuật;kỹ thuật viên;nhân viên kỹ thuật;chuyên viên kỹ thuật;trợ lý kỹ sư;phụ tá kỹ sư;technician",
    "worker": "công nhân;thợ;nhân viên;chuyên viên;lao động;cộng tác viên;staff;worker;operator;clerk",
}
LEADERS = ("director", "manager", "foreman", "supervisor", "shift leader", "leader")
ON_THE_FLOOR = {"director": "1321.1", "manager": "1321.2", "foreman": "3122.3", "supervisor": "3122.2", "shift leader": "3122.4", "leader": "3122.1"}
ALONE = {"foreman": "3122.3", "shift leader": "3122.4", "leader": "3122.1"}  # heads that name a factory job without any field
SELLING = "lương;thu nhập;tại;làm việc;đi làm;không yêu cầu;kinh nghiệm;có kinh nghiệm;ưu tiên;biết tiếng;bắt buộc;có hỗ trợ;upto"
CALLING = re.compile(r"^(?:cần )?(?:tuyển dụng|tuyen dung|tuyển|tuyen)(?: gấp| gap)?(?: \d+)? ")


@dataclass(frozen=True)
class Reading:
    """How a title is compared: with its accents, or without."""

    words: str
    accents: bool

    def find(self, phrases: Iterable["Phrase"]) -> list[re.Match]:
        return [found for phrase in phrases if (found := (phrase.accented if self.accents else phrase.folded).search(self.words))]


@dataclass(frozen=True)
class Phrase:
    accented: re.Pattern
    folded: re.Pattern


@dataclass(frozen=True)
class Field:
    """One kind of work. `codes` by head; on the `floor` leaders are production's own; `weak` counts only if nothing else is named."""

    phrases: tuple[Phrase, ...]
    codes: dict[str, str]
    floor: bool
    weak: bool

    def code_for(self, head: str | None) -> str | None:
        worker = self.codes["worker"] or None
        if head in LEADERS:
            if head in ("director", "manager", "supervisor") and self.codes["manager"] and not (self.floor and head != "manager"):
                return self.codes["manager"]
            if self.floor:
                return ON_THE_FLOOR[head]
            return self.codes["manager"] or (None if head in ("director", "manager") else worker)
        if head == "engineer":
            return self.codes["engineer"] or self.codes["technician"] or worker
        return (self.codes["technician"] or worker) if head == "technician" else worker


def occupation_of(title: str) -> str | None:
    """The code of the occupation that a title names, or None when it names none of ours."""
    words = _words(title)
    known = _names().get(words)
    if known:
        return known
    shorter = _before_the_selling(words)
    for reading in (
        Reading(shorter, accents=True),
        Reading(words, accents=True),
        Reading(plain(shorter), accents=False),
        Reading(plain(words), accents=False),
    ):
        field, start = _field_of(reading)
        head = _head_of(reading, before=start)
        if field:
            return field.code_for(head)
        if head in ALONE:
            return ALONE[head]
    return None


def _words(title: str) -> str:
    """Words only, in one spelling, abbreviations written out."""
    text = one_spelling(title[:LONGEST_TITLE])
    for pattern, joined in JOINED:
        text = pattern.sub(joined, text)
    words = re.findall(r"[^\W_]+", text)
    return CALLING.sub("", " ".join(ABBREVIATIONS.get(word, word) for word in words))


def _before_the_selling(words: str) -> str:
    starts = [found.start() for phrase in _selling() if (found := phrase.accented.search(words)) and found.start()]
    return words[: min(starts)].rstrip() if starts else words


def _field_of(reading: Reading) -> tuple[Field | None, int]:
    """The field furthest left, the longest of those; a weak one only if no other is there."""
    best: tuple[tuple, Field] | None = None
    for field in _fields():
        for found in reading.find(field.phrases):
            rank = (field.weak, found.start(), -found.end())
            if best is None or rank < best[0]:
                best = (rank, field)
    return (best[1], best[0][1]) if best else (None, len(reading.words))


def _head_of(reading: Reading, *, before: int) -> str | None:
    """The first head at or before the field; English puts it behind ("maintenance technician"), so an English one counts anywhere."""
    best: tuple[tuple, str] | None = None
    for head, phrases in _heads().items():
        for found in reading.find(phrases):
            rank = (found.start(), -found.end())
            if (found.start() <= before or found[0].isascii()) and (best is None or rank < best[0]):
                best = (rank, head)
    return best[1] if best else None


def _phrases(text: str) -> tuple[Phrase, ...]:
    return tuple(_phrase(_written_out(part)) for part in text.split(";") if part)


def _written_out(phrase: str) -> str:
    text = one_spelling(phrase)
    for pattern, joined in JOINED:
        text = pattern.sub(joined, text)
    return text


def _phrase(text: str) -> Phrase:
    """In the rules "…" is a gap and (a|b) a choice; everything else is words."""
    return Phrase(_compiled(text), _compiled(plain(text)))


def _compiled(text: str) -> re.Pattern:
    pattern = re.escape(text).replace(r"\ ", " ").replace(r"\(", "(?:").replace(r"\)", ")").replace(r"\|", "|")
    pattern = pattern.replace(" … ", rf"(?: \S+){{0,{WIDEST_GAP}}}? ")
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


@cache
def _fields() -> tuple[Field, ...]:
    with (DATA / "title_rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Field(
                phrases=_phrases(row["phrases"]),
                codes={head: row[head] for head in ("worker", "technician", "engineer", "manager")},
                floor=row["floor"] == "yes",
                weak=row["weak"] == "yes",
            )
            for row in csv.DictReader(file)
        )


@cache
def _heads() -> dict[str, tuple[Phrase, ...]]:
    return {head: _phrases(text) for head, text in HEADS.items()}


@cache
def _selling() -> tuple[Phrase, ...]:
    return _phrases(SELLING)


@cache
def _names() -> dict[str, str]:
    """Names and synonyms as a whole title."""
    with (DATA / "occupations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {_words(name): row["code"] for row in rows for name in (*row["synonyms"].split(";"), row["name_en"], row["name"]) if name}
