"""The notes of a match as sentences: why it fits, and what stands in its way with the act that removes it.

Sentences say no more than the note: who reads them may be the other side of the match.
"""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from recruitment.shared.templatetags.display import day, millions
from recruitment.shared.templatetags.display import experience as months_text
from recruitment.workers.models import Shift
from search.scoring import Note

WORKER, RECRUITER = "worker", "recruiter"

REASONS = {
    "occupation": _("Đúng nghề"),
    "related_occupation": _("Nghề gần với nghề cần tuyển"),
    "skill": _("Có %(shared)s/%(asked)s kỹ năng cần"),
    "experience": _("Đủ kinh nghiệm: %(has_months)s"),
    "wage": _("Thu nhập tới %(top)s, đạt mong muốn %(wanted)s"),
    "zone": _("Đúng khu công nghiệp muốn làm"),
    "shift": _("Hợp ca: %(shift)s"),
    "dormitory": _("Có ký túc xá như cần"),
    "ready": _("Vào làm được từ %(ready_on)s, kịp ngày %(starts_on)s"),
}
# What the note says when the rule holds because nothing was asked.
NOTHING_ASKED = {
    "experience": _("Không cần kinh nghiệm"),
    "wage": _("Không nêu mức thu nhập mong muốn"),
    "zone": _("Làm ở khu công nghiệp nào cũng được"),
    "dormitory": _("Không cần ký túc xá"),
}
BLOCKERS: Mapping[str, Mapping[str, object]] = {
    "occupation": {
        WORKER: _("Hồ sơ của bạn chưa có nghề này. Nếu làm được, hãy thêm nghề vào hồ sơ."),
        RECRUITER: _("Hồ sơ chưa có nghề này. Hãy mời nếu nhà máy đào tạo được."),
    },
    "experience": {
        WORKER: _("Cần %(asked_months)s kinh nghiệm, hồ sơ của bạn ghi: %(has_months)s. Hãy cập nhật nếu thiếu, hoặc hỏi nhà máy."),
        RECRUITER: _("Cần %(asked_months)s kinh nghiệm, hồ sơ ghi: %(has_months)s. Hãy giảm yêu cầu hoặc nhận kèm đào tạo."),
    },
    "wage": {
        WORKER: _("Thu nhập tới %(top)s, thấp hơn mong muốn %(wanted)s của bạn. Hãy hỏi phụ cấp, tăng ca hoặc sửa mức mong muốn."),
        RECRUITER: _("Mong muốn %(wanted)s, tin tuyển trả tới %(top)s. Hãy đề nghị mức cao hơn hoặc nêu rõ phụ cấp."),
    },
    "wage_unknown": {
        WORKER: _("Tin chưa ghi thu nhập, bạn mong muốn %(wanted)s. Hãy hỏi nhà máy trước khi nhận."),
        RECRUITER: _("Mong muốn %(wanted)s, tin tuyển chưa ghi thu nhập. Hãy ghi mức thu nhập vào tin."),
    },
    "zone": {
        WORKER: _("Không thuộc khu công nghiệp bạn chọn. Hãy thêm khu này vào hồ sơ nếu đi làm được."),
        RECRUITER: _("Người này chọn khu công nghiệp khác. Hãy nêu xe đưa đón hoặc ký túc xá khi mời."),
    },
    "shift": {
        WORKER: _("Làm %(shift)s, khác ca bạn chọn. Hãy thêm ca này vào hồ sơ nếu làm được."),
        RECRUITER: _("Không chọn %(shift)s. Hãy mời vào tin có ca khác hoặc hỏi lại."),
    },
    "dormitory": {
        WORKER: _("Bạn cần ký túc xá, nơi này không có. Hãy hỏi nhà máy về nhà trọ gần đó."),
        RECRUITER: _("Người này cần ký túc xá. Hãy bố trí chỗ ở hoặc giới thiệu nhà trọ."),
    },
    "ready": {
        WORKER: _("Bạn vào làm được từ %(ready_on)s, sau ngày bắt đầu %(starts_on)s. Hãy hỏi nhà máy có nhận muộn hơn không."),
        RECRUITER: _("Vào làm được từ %(ready_on)s, sau ngày bắt đầu %(starts_on)s. Hãy lùi ngày bắt đầu cho người này."),
    },
    "ready_unknown": {
        WORKER: _("Chưa biết ngày bạn vào làm được. Hãy khai tiêm chủng, xét nghiệm và đồng ý cho dùng để tính ngày."),
        RECRUITER: _("Chưa biết ngày vào làm được. Hãy hỏi người này khai sức khỏe."),
    },
}


def reason_text(note: Note) -> str:
    """One sentence that speaks for the match."""
    values = note.values
    nothing_asked = {
        "experience": not values.get("asked_months"),
        "wage": values.get("wanted") is None,
        "zone": bool(values.get("any")),
        "dormitory": not values.get("needed"),
    }
    sentences = NOTHING_ASKED if nothing_asked.get(note.rule) else REASONS
    return str(sentences[note.rule]) % readable(values)


def blocker_text(note: Note, reader: str = RECRUITER) -> str:
    """What stands in the way, and what `reader` ("worker" or "recruiter") can do about it."""
    return str(BLOCKERS[note.rule][reader]) % readable(note.values)


def readable(values: Mapping[str, object]) -> dict[str, object]:
    """Money, dates, months and shifts in the words of the page's language."""
    return {name: READABLE.get(name, str)(value) for name, value in values.items()}


READABLE: Mapping[str, Callable] = {
    "has_months": months_text,
    "asked_months": months_text,
    "top": millions,
    "wanted": millions,
    "ready_on": day,
    "starts_on": day,
    "shift": lambda value: str(Shift(value).label) if value else "",
}
