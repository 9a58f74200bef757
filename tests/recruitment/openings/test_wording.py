"""Unlawful phrases are found however they are typed; lawful ones that look alike are left in peace."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.openings.wording import check_wording, phrase_key

PROVINCES = ["Thanh Hóa", "Nghệ An", "Thái Nguyên", "Bắc Ninh", "Hà Nam", "Nam Định"]

UNLAWFUL = [
    ("sex", "Tuyển nữ công nhân may"),
    ("sex", "Chỉ tuyển nam"),
    ("sex", "Giới tính: Nam"),
    ("sex", "Nhân viên kho - Nam"),
    ("sex", "Nhân viên kho vận (Nam) nhập, xuất hàng"),
    ("sex", "Nam nhân viên kho"),
    ("sex", "tuyển lao động nam"),
    ("sex", "Nam từ 18 tuổi trở lên"),
    ("sex", "Female workers only"),
    ("age", "Tuổi từ 18 - 35"),
    ("age", "18-40 tuổi"),
    ("age", "Dưới 27 Tuổi"),
    ("age", "sinh năm 1990 - 2005"),
    ("age", "ưu tiên các bạn trẻ"),
    ("age", "Không phân biệt nam nữ, tuổi dưới 35"),
    ("age", "aged 18-35"),
    ("age", "under 30 years old"),
    ("home_province", "không nhận người Thanh Hóa"),
    ("home_province", "ưu tiên người địa phương"),
    ("home_province", "hộ khẩu tại Thái Nguyên"),
    ("home_province", "chỉ tuyển người Bắc Ninh"),
    ("home_province", "No people from Nghe An"),
    ("fee", "nộp phí hồ sơ 200.000"),
    ("fee", "phí môi giới do người lao động trả"),
    ("fee", "Công ty thu phí hồ sơ 100k"),
    ("fee", "recruitment fee of 2 million"),
    ("deposit", "Thu 500k tiền cọc đồng phục"),
    ("deposit", "không thu phí, nhưng nộp tiền cọc 200k"),
    ("deposit", "Giữ CCCD gốc"),
    ("marital", "chưa lập gia đình"),
    ("marital", "Độc thân"),
    ("marital", "must be single"),
    ("pregnancy", "không mang thai"),
    ("pregnancy", "cam kết không sinh con trong 2 năm"),
    ("pregnancy", "chưa có con"),
    ("pregnancy", "pregnancy test required"),
    ("ethnicity", "không nhận dân tộc thiểu số"),
    ("ethnicity", "chỉ tuyển người Kinh"),
    ("religion", "không theo đạo"),
    ("disability", "không dị tật"),
    ("hiv", "xét nghiệm HIV âm tính"),
    ("union", "không tham gia công đoàn"),
]

LAWFUL = [
    "Công nhân lắp ráp tại Nam Phổ Yên",
    "KCN Nam Phổ Yên - Thái Nguyên",
    "Yêu cầu 2 năm kinh nghiệm",
    "yeu cau 2 nam kinh nghiem",
    "Tuyển nam/nữ từ 18 tuổi trở lên",
    "Không phân biệt nam nữ, tuổi tác",
    "Miễn phí ký túc xá, phí gửi xe công ty trả",
    "Không thu bất kỳ phí nào, không đặt cọc",
    "Công ty chịu phí khám sức khỏe",
    "Chế độ thai sản đầy đủ",
    "Làm tại Hà Nam, Nam Định",
    "Có phòng riêng cho nữ",
    "Hỗ trợ lao động nữ nuôi con nhỏ",
    "Chi phí đi lại được hỗ trợ",
    "Lương 8 - 10 triệu, ca từ 08 đến 17 giờ",
    "Người kinh nghiệm 10 năm",
    "Male/female, 18 or older; single room in the dormitory; no recruitment fee",
]


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def kinds(text):
    return {finding.kind for finding in check_wording(text, provinces=PROVINCES)}


@pytest.mark.parametrize(("kind", "text"), UNLAWFUL)
def test_an_unlawful_phrase_is_found_with_and_without_accents(kind, text):
    assert kind in kinds(text)
    assert kind in kinds(without_accents(text))
    assert kind in kinds(text.upper())


@pytest.mark.parametrize("text", LAWFUL)
def test_a_lawful_sentence_is_not_flagged(text):
    assert check_wording(text, provinces=PROVINCES) == []


def test_a_finding_names_its_article_and_whether_a_reason_can_keep_it():
    age, fee, deposit = check_wording("Dưới 35 tuổi, nộp phí hồ sơ. Đặt cọc 300.000 đồng")
    assert (age.article, age.may_be_kept) == ("8.1", True)
    assert (fee.article, fee.may_be_kept) == ("11.2", False)
    assert (deposit.article, deposit.may_be_kept) == ("17", False)


def test_decomposed_letters_and_invisible_marks_hide_nothing_and_the_span_is_of_the_typed_text():
    text = unicodedata.normalize("NFD", "Cần gấp: dưới 35 tu\u200bổi\u200f nhé")
    (finding,) = check_wording(text)
    assert text[finding.start : finding.end] == finding.phrase
    assert phrase_key(finding.phrase) == "dưới 35 tuổi"


def test_the_same_phrase_typed_otherwise_has_the_same_key():
    assert phrase_key("Dưới  35\ntuổi") == phrase_key(unicodedata.normalize("NFD", "dưới 35 TUỔI"))


@given(st.text(alphabet=st.sampled_from("nam nữ tuổi 0123456789-–(),./không phí cọc nhận tuyển quê\u0301\u200b\n"), max_size=300))
def test_spans_lie_in_the_text_in_order_and_apart(text):
    end = 0
    for finding in check_wording(text, provinces=PROVINCES):
        assert end <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.phrase
        end = finding.end


@given(st.sampled_from(UNLAWFUL), st.sampled_from(LAWFUL))
def test_a_lawful_sentence_hides_no_unlawful_one(unlawful, lawful):
    kind, text = unlawful
    assert kind in kinds(f"{lawful}.\n{text}.\n{lawful}")
