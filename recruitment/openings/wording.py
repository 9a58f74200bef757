"""Phrases that an advertisement may not contain, in Vietnamese (with, without or with half the accents) and English: pure.

Labour Code 2019 (45/2019/QH14): art. 8(1) with 3(8) forbids discrimination by race, colour, origin, ethnicity, sex, age, maternity,
marital status, religion, opinion, disability, family responsibility, HIV or union membership; art. 11(2) workers bear no cost of
recruitment; art. 17 nobody keeps a worker's original papers or asks for a deposit. Finding a phrase is not proof: a recruiter may
keep it with a reason, except where money or papers are asked of the worker.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

NEVER_KEPT = frozenset({"fee", "deposit"})
ARTICLE_OF = {"fee": "11.2", "deposit": "17"}
DISCRIMINATION = "8.1"
LONGEST_PHRASE = 200

TRAIT = r"(?:nam|nữ|giới tính|giới|tuổi tác|độ tuổi|tuổi|tôn giáo|dân tộc|vùng miền|quê quán|hôn nhân|tình trạng hôn nhân|hộ khẩu)"
PEOPLE = r"(?:người|nguoi|lao động|công nhân|nhân viên|ứng viên|thợ|dân|các bạn|bạn|anh em|chị em)"
MONEY = r"(?:lệ phí|phí|tiền cọc|đặt cọc|cọc|thế chân|ký quỹ)"
CHOOSING = r"(?:chỉ tuyển|chỉ nhận|tuyển dụng|tuyển gấp|tuyển|cần gấp|cần|yêu cầu|ưu tiên|không nhận|không tuyển|ko nhận|ko tuyển|giới tính)"
REFUSING = r"(?:không|ko|chưa)\s+(?:nhận|tuyển|tiếp nhận|chấp nhận)"
NOT_A_MAN = r"(?!\s+(?:định|bộ|trung|phổ yên|từ liêm|sách|trực|đàn|hà|á|mỹ|phi|châu|hàn|đông|tây|giang|kinh nghiệm|kn|trở lên|làm))"
RANGE = r"\d{2}\s*(?:-|–|—|đến|tới|to|and|~)\s*\d{2}"

# What looks like a finding and is lawful; blanked out before the rules run.
LAWFUL = [
    rf"không\s+(?:phân biệt|kể|giới hạn|yêu cầu)\s+(?:về\s+)?{TRAIT}(?:\s*(?:,|/|và|hay|hoặc|-)?\s*{TRAIT}){{0,6}}(?!\s*(?:từ|dưới|không quá|tối đa|trên|:|<|\d))",
    r"(?:cả\s+)?(?:nam\s*(?:,|/|và|hoặc|hay|&|\+|-|–)?\s*nữ|nữ\s*(?:,|/|và|hoặc|hay|&|\+|-|–)?\s*nam)",
    r"(?:males?|men)\s*(?:/|,|and|or|&)\s*(?:females?|women)|(?:females?|women)\s*(?:/|,|and|or|&)\s*(?:males?|men)|m/f",
    r"(?:từ|đủ|trên|từ đủ)\s+(?:đủ\s+)?1[5-8]\s+tuổi(?:\s+trở lên)?(?!\s*(?:-|–|—|đến|tới|~))",
    r"(?:at least|over|above|minimum age(?: of)?)\s+1[5-8](?:\s+years?(?:\s+old|\s+of age)?)?|1[5-8]\s*(?:\+|years?(?: old)? (?:or|and) (?:older|over|above))",
    r"(?:chế độ|nghỉ|trợ cấp|bảo hiểm|phúc lợi|quyền lợi|hỗ trợ|bảo vệ)\s+(?:cho\s+|của\s+)?(?:thai sản|lao động nữ|nữ|phụ nữ|người khuyết tật|người cao tuổi|mang thai)",
    r"(?:ký túc xá|ktx|phòng ở|phòng|nhà vệ sinh|khu)\s+(?:riêng\s+)?(?:cho\s+)?(?:nam|nữ)",
    rf"(?:miễn|không|ko|chẳng)\s+(?:phải\s+|bị\s+|cần\s+)?(?:(?:thu|mất|nộp|đóng|trả|chịu|đặt|tốn)\s+)*(?:bất kỳ\s+|bất cứ\s+|thêm\s+|một\s+|khoản\s+|đồng\s+|tiền\s+|các\s+)*{MONEY}(?:\s+(?:nào|gì|hồ sơ|môi giới|giới thiệu|tuyển dụng|đào tạo|đồng phục|phỏng vấn|khám sức khỏe|dịch vụ))*(?:\s*(?:,\s*(?=không)|và|hay|hoặc)\s*(?:không\s+)?(?:đặt\s+|thu\s+|nộp\s+)?{MONEY})?",
    rf"(?:(?:công ty|nhà máy|doanh nghiệp)\s+(?:chịu|trả|chi|lo|hỗ trợ|thanh toán)|được\s+(?:hoàn|miễn|hỗ trợ|trả))\s+(?:toàn bộ\s+|mọi\s+|các\s+)?{MONEY}(?:\s+(?:hồ sơ|môi giới|giới thiệu|tuyển dụng|đào tạo|đồng phục|phỏng vấn|khám sức khỏe|khám sức khoẻ|dịch vụ))?",
    r"(?:no|without|free of|never (?:pay|charge)s?(?: an?| any)?)\s+(?:\w+\s+){0,2}(?:fees?|deposits?)",
    r"(?:chi|kinh|học|lộ|cước|tạp|công tác)\s+phí",
]

RULES: list[tuple[str, str]] = [
    # sex
    ("sex", r"(?:nữ|phụ nữ|con gái|đàn ông|con trai|nam giới|nữ giới)(?!\s+(?:trang|công gia chánh))"),
    ("sex", rf"{CHOOSING}\s*:?\s+(?:thêm\s+)?(?:\d{{1,4}}\s+)?(?:{PEOPLE}\s+)?nam{NOT_A_MAN}"),
    (
        "sex",
        r"nam\s+(?:công nhân|nhân viên|lao động|kỹ sư|kỹ thuật|thợ|tài xế|lái xe|sinh viên|thanh niên|bảo vệ|từ\s+\d|dưới\s+\d|tuổi|độ tuổi|\d{2}\s*-)",
    ),
    ("sex", rf"(?:công nhân|nhân viên|lao động|kỹ sư|kỹ thuật viên|thợ|tài xế|lái xe|bảo vệ|ứng viên)\s+nam{NOT_A_MAN}"),
    ("sex", r"(?:(?<=[-–—(/|,.;:\n])\s*|(?<=\A))nam(?=\s*(?:[-–—)/|,.;\n\0]|\Z))"),
    (
        "sex",
        r"(?:males?|females?|gentlemen|ladies)|(?:only|preferably|prefer(?:red)?)\s+(?:men|women|boys|girls)|(?:men|women|boys|girls)\s+(?:only|preferred)",
    ),
    # age
    ("age", rf"(?:(?:độ\s+)?tuổi\s*:?\s*)?(?:từ\s+)?{RANGE}\s*(?:tuổi|t(?!\w))"),
    ("age", rf"(?:độ\s+)?tuổi\s*(?:từ|dưới|không quá|tối đa|trên|:|<|≤|>)*\s*(?:{RANGE}|\d{{2}})"),
    ("age", r"(?:dưới|không quá|tối đa|trên|từ|<|≤|<=|>)\s*\d{2}\s*tuổi"),
    ("age", r"(?:sinh\s+(?:từ\s+)?năm|sinh\s+(?:từ|sau|trước)|sn)\s*:?\s*(?:từ\s+)?(?:19|20)\d{2}(?:\s*(?:-|–|đến|tới)\s*(?:19|20)?\d{2})?"),
    (
        "age",
        rf"(?:ưu tiên|chỉ nhận|chỉ tuyển|cần)\s+(?:{PEOPLE}\s+)?(?:còn\s+)?trẻ|trẻ tuổi|{REFUSING}\s+(?:{PEOPLE}\s+)?(?:lớn|cao|nhiều|trung)\s+(?:tuổi|niên)",
    ),
    ("age", rf"(?:aged?|ages)\s*:?\s*(?:between\s+|from\s+)?{RANGE}|{RANGE}\s*(?:years?[ -]old|yrs?[ -]old|y/?o|years? of age)"),
    (
        "age",
        r"(?:under|below|not older than|younger than|over|above|max(?:imum)?(?: age)?|up to)\s+(?:the\s+age\s+of\s+)?\d{2}\s+(?:years?(?:\s+old|\s+of age)|y/?o)|(?:under|below|over) the age of \d{2}|(?:maximum age|age limit)",
    ),
    ("age", r"young\s+(?:people|workers?|candidates?|men|women|persons?|applicants?)"),
    # where somebody comes from
    ("home_province", rf"{REFUSING}\s+(?:{PEOPLE}\s+)?(?:quê|hộ khẩu|ở|từ|gốc|ngoài tỉnh|ngoại tỉnh|tỉnh|miền)(?:\s+\w+){{0,3}}"),
    (
        "home_province",
        rf"(?:chỉ|ưu tiên|cần|yêu cầu)\s+(?:nhận\s+|tuyển\s+)?(?:{PEOPLE}\s+)?(?:địa phương|bản địa|trong tỉnh|quê|gốc|có hộ khẩu|hộ khẩu)(?:\s+\w+){{0,3}}",
    ),
    ("home_province", r"hộ khẩu\s+(?:thường trú\s+)?(?:tại|ở|thuộc)(?:\s+\w+){1,3}|quê quán|(?:ngoại|ngoài)\s+tỉnh\s+(?:miễn|đừng|xin miễn)"),
    (
        "home_province",
        r"local(?:s|\s+(?:residents?|people|candidates?|workers?))\s+(?:only|preferred)|no\s+(?:people|workers?|candidates?|applicants?)\s+from(?:\s+\w+){1,3}|(?:only|prefer)\s+(?:people|workers?|candidates?|applicants?)\s+from(?:\s+\w+){1,3}|hometown",
    ),
    # ethnicity, religion
    (
        "ethnicity",
        rf"(?:{REFUSING}|chỉ nhận|chỉ tuyển|ưu tiên|trừ)\s+(?:{PEOPLE}\s+)?(?:kinh(?!\s+(?:nghiệm|doanh|tế))|dân tộc(?:\s+(?:thiểu số|kinh))?|tày|nùng|h'?mông|mông|sán dìu|sán chay|mường|hoa)|người\s+kinh(?!\s+(?:nghiệm|doanh|tế))|dân tộc\s*:?\s*kinh",
    ),
    ("ethnicity", r"kinh\s+(?:people|ethnic)|ethnic\s+(?:minorit(?:y|ies)|kinh)|(?:no|only)\s+ethnic\s+\w+"),
    (
        "religion",
        rf"không\s+(?:theo\s+)?(?:đạo|tôn giáo)(?!\s+(?:đức|tạo))|{REFUSING}\s+(?:{PEOPLE}\s+)?theo\s+(?:đạo|tôn giáo)|(?:no|non-?)\s?religio(?:n|us)",
    ),
    # marriage, children
    (
        "marital",
        r"độc thân|(?:chưa|đã|không)\s+(?:lập gia đình|kết hôn|có gia đình|có vợ|có chồng|lấy vợ|lấy chồng|có người yêu)|(?:không|chưa)\s+vướng bận(?:\s+gia đình)?|tình trạng hôn nhân",
    ),
    (
        "marital",
        r"(?:un|not\s+|never\s+)married|marital status|single\s+(?:status|women|men|persons?|people|candidates?|applicants?|only)|must be single",
    ),
    (
        "pregnancy",
        r"(?:không|chưa|ko)\s+(?:được\s+|đang\s+)?(?:có\s+|mang\s+)?(?:thai|bầu)|(?:không|chưa|ko)\s+(?:có\s+|nuôi\s+|vướng\s+)?(?:con nhỏ|con(?!\s+\w))|thử thai|(?:không|chưa)\s+sinh\s+(?:con|đẻ|em bé)",
    ),
    ("pregnancy", r"not\s+(?:be\s+)?pregnant|pregnancy\s+tests?|no\s+pregnan\w+|(?:without|no)\s+(?:small\s+|young\s+)?(?:children|kids)"),
    # disability, HIV, union
    ("disability", r"không\s+(?:bị\s+)?(?:khuyết tật|dị tật|tàn tật)|(?:no|without)\s+disabilit(?:y|ies)|not\s+disabled"),
    ("hiv", r"(?:không\s+(?:bị\s+)?(?:nhiễm\s+)?|xét nghiệm\s+|âm tính\s+)hiv|hiv\s+(?:tests?|negative|âm tính)|no\s+hiv"),
    ("union", r"không\s+(?:được\s+)?(?:tham gia|gia nhập|vào)\s+công đoàn|(?:no|not\s+join(?:ing)?)\s+(?:a\s+|the\s+|any\s+)?(?:trade\s+)?unions?"),
    # money and papers asked of the worker
    (
        "fee",
        r"(?:thu|nộp|đóng|trả|mất|chịu)\s+(?:trước\s+)?(?:\d[\d.,k]*\s+)?(?:\w+\s+){0,2}?(?:lệ phí|phí)(?!\s+(?:ký túc xá|ktx|gửi xe))(?:\s+(?:hồ sơ|môi giới|giới thiệu|tuyển dụng|đào tạo|đồng phục|phỏng vấn))?",
    ),
    (
        "fee",
        r"(?:lệ phí|phí)\s+(?:hồ sơ|môi giới|giới thiệu|tuyển dụng|xin việc|đầu vào|nhận việc|phỏng vấn|đào tạo|thử việc|đồng phục|khám sức khỏe|khám sức khoẻ|dịch vụ)",
    ),
    (
        "fee",
        r"(?:application|recruitment|placement|agency|training|uniform|registration|processing|referral|medical)\s+fees?|pay(?:s|ing)?\s+(?:an?\s+|the\s+|a\s+\w+\s+)?fees?",
    ),
    (
        "deposit",
        r"(?:đặt|tiền|nộp|đóng|thu)\s+(?:tiền\s+)?(?:đặt\s+)?cọc(?!\s+(?:ký túc xá|ktx|phòng|nhà))|thế chân|ký quỹ|(?:pay|leave|require[sd]?|security|cash)\s+(?:an?\s+)?deposit",
    ),
    (
        "deposit",
        r"(?:giữ|nộp|thu)\s+(?:bản\s+gốc|(?:cmnd|cccd|căn cước|chứng minh thư|bằng|bằng cấp|giấy tờ|hộ chiếu)(?:\s+\w+){0,2}\s+gốc)|(?:keep|hold|surrender)\s+(?:the\s+|your\s+)?original\s+(?:id|papers?|documents?|certificates?)",
    ),
]


@dataclass(frozen=True)
class Finding:
    """A phrase at `start:end` of the text as it was typed; `article` of the Labour Code ("8.1", "11.2", "17")."""

    kind: str
    phrase: str
    start: int
    end: int

    @property
    def article(self) -> str:
        return ARTICLE_OF.get(self.kind, DISCRIMINATION)

    @property
    def may_be_kept(self) -> bool:
        """With a reason, for the department to read. Asking a worker for money or papers never may."""
        return self.kind not in NEVER_KEPT


@dataclass(frozen=True)
class Reading:
    """A text as the rules see it, and where each of its letters stood in the typed one."""

    letters: str
    starts: list[int]
    ends: list[int]


def check_wording(text: str, *, provinces: Iterable[str] = ()) -> list[Finding]:
    """Every flagged phrase in the order of the text, none overlapping another. `provinces` are names that nobody may be chosen by."""
    reading = read(text)
    letters = reading.letters
    for pattern in _compiled(tuple(LAWFUL)):
        letters = pattern.sub(lambda match: "\0" * len(match[0]), letters)
    found = []
    for kind, pattern in _rules(tuple(provinces)):
        for match in pattern.finditer(letters):
            start, end = _trimmed(letters, *match.span())
            if start < end:
                found.append(_finding(kind, text, reading.starts[start], reading.ends[min(end, start + LONGEST_PHRASE) - 1]))
    return _without_overlaps(found)


def segments(text: str, findings: Iterable[Finding]) -> list[tuple[str, Finding | None]]:
    """The text cut at its findings (in order, as `check_wording` gives them), so that a page can mark them."""
    pieces: list[tuple[str, Finding | None]] = []
    position = 0
    for finding in findings:
        pieces += [(text[position : finding.start], None), (finding.phrase, finding)]
        position = finding.end
    return [piece for piece in [*pieces, (text[position:], None)] if piece[0]]


def phrase_key(phrase: str) -> str:
    """The same for every way of typing a phrase that differs in case, spaces, invisible characters or composition only."""
    return " ".join(read(phrase).letters.split())


def read(text: str) -> Reading:
    """Lower case, composed, one letter for each letter with its marks; invisible characters dropped, every space a plain one."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if category.startswith("M") and letters:
            composed = unicodedata.normalize("NFC", letters[-1] + character)
            letters[-1] = composed if len(composed) == 1 else letters[-1]
            ends[-1] = position + 1
        elif character in "\n\r\t" or category.startswith("Z"):
            _append(letters, starts, ends, "\n" if character in "\n\r" else " ", position)
        elif not category.startswith("C"):
            _append(letters, starts, ends, unicodedata.normalize("NFC", character.lower())[:1], position)
    return Reading("".join(letters), starts, ends)


def _append(letters: list[str], starts: list[int], ends: list[int], letter: str, position: int) -> None:
    letters.append(letter)
    starts.append(position)
    ends.append(position + 1)


def _trimmed(letters: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (letters[start].isspace() or letters[start] == "\0"):
        start += 1
    while start < end and letters[end - 1].isspace():
        end -= 1
    return start, end


def _finding(kind: str, text: str, start: int, end: int) -> Finding:
    return Finding(kind, text[start:end], start, end)


def _without_overlaps(found: list[Finding]) -> list[Finding]:
    """Of overlapping ones the strictest, then the longest, stays."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.may_be_kept, one.start - one.end, one.start, one.kind)):
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda one: one.start)


@cache
def _rules(provinces: tuple[str, ...]) -> list[tuple[str, re.Pattern]]:
    rules = [(kind, _pattern(text)) for kind, text in RULES]
    if provinces:
        rules.append(("home_province", _pattern(_choosing_by_province(provinces))))
    return rules


def _choosing_by_province(provinces: tuple[str, ...]) -> str:
    names = "|".join(re.escape(name.lower()) for name in sorted(provinces, key=len, reverse=True))
    between = rf"(?:(?:{PEOPLE}|quê|tỉnh|ở|tại|từ|gốc|hộ khẩu|from|people|workers)\s+){{0,4}}"
    return rf"(?:{REFUSING}|chỉ nhận|chỉ tuyển|ưu tiên|trừ|only|except|prefer)\s+{between}(?:{names})"


@cache
def _compiled(patterns: tuple[str, ...]) -> list[re.Pattern]:
    return [_pattern(text) for text in patterns]


def _pattern(text: str) -> re.Pattern:
    """A rule for whole words in which each accented letter also stands for its plainer forms: tuổi, tuôi, tuoi."""
    spelled = "".join(_spellings(letter) for letter in unicodedata.normalize("NFC", text))
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)")


def _spellings(letter: str) -> str:
    if letter == "đ":
        return "[đd]"
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) == 1 or not letter.isalpha():
        return letter
    forms = {unicodedata.normalize("NFC", decomposed[0] + "".join(marks)) for marks in _subsets(decomposed[1:])}
    return f"[{''.join(sorted(forms))}]"


def _subsets(marks: str) -> list[str]:
    subsets = [""]
    for mark in marks:
        subsets += [subset + mark for subset in subsets]
    return subsets
