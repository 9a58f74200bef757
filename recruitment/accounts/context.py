"""What the page frame needs: the navigation of the roles a person has."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import ANYONE, SIGNED_IN, WORKER, may, roles_of
from recruitment.notifications.models import Message

MOST_COUNTED = 10
MOST_IN_A_ROW = 6  # more entries than that take two rows of a laptop's page: then neighbours of a kind share a menu
GROUPS = [
    # label getter, URL names: in this order they stand together where the first of them would
    (lambda: _("Quy định, khóa ký"), ["health:policies", "health:area_levels", "health:keys"]),
    (lambda: _("Dự phòng, ổ dịch"), ["quarantine:backup", "quarantine:outbreaks", "vaccination:factories"]),
    (lambda: _("Ổ dịch, chuyển người"), ["quarantine:outbreaks", "quarantine:incidents", "onboarding:home_tests", "quarantine:transfers"]),
    (lambda: _("Tình hình"), ["quarantine:capacity", "vaccination:coverage", "travel:inside"]),
    (lambda: _("Duyệt, sửa"), ["employers:approvals", "openings:wording_queue", "workers:unanswered", "onboarding:breaches"]),
]
ENTRIES = [
    # permission, URL name, icon, label getter: shown to whoever may, in this order
    ("openings.read", "search:openings", "search", lambda: _("Tìm việc")),
    ("applications.follow_own", "applications:own", "clipboard-list", lambda: _("Việc của tôi")),
    ("health.manage_own", "health:own", "heart-pulse", lambda: _("Sức khỏe")),
    ("workers.manage_own", "workers:profile", "user-round", lambda: _("Hồ sơ")),
    ("workers.register_group", "workers:groups", "users", lambda: _("Đăng ký nhóm")),
    ("openings.manage", "openings:board", "briefcase-business", lambda: _("Tin tuyển dụng")),
    ("onboarding.accept", "onboarding:arrivals", "calendar-check", lambda: _("Tiếp nhận")),
    ("workers.manage_roster", "workers:roster", "users", lambda: _("Danh sách làm việc")),
    ("quarantine.read_own_backup", "quarantine:backup", "bed-double", lambda: _("Suất cách ly dự phòng")),
    ("travel.check_passes", "travel:checkpoint", "scan-line", lambda: _("Soát giấy")),
    ("travel.read_trips", "travel:trips", "bus", lambda: _("Chuyến xe")),
    ("travel.read_crossings", "travel:inside", "log-in", lambda: _("Qua chốt")),
    ("quarantine.manage_site", "quarantine:sites", "house-plus", lambda: _("Khu cách ly")),
    ("quarantine.manage_site", "quarantine:own_arrivals", "scan-qr-code", lambda: _("Đến / rời")),
    ("health.verify_claims", "health:claims", "clipboard-check", lambda: _("Chờ xác minh")),
    ("health.manage_policies", "health:policies", "scroll-text", lambda: _("Quy định")),
    ("health.manage_area_levels", "health:area_levels", "map", lambda: _("Cấp độ dịch")),
    ("quarantine.move_people", "quarantine:transfers", "arrow-right-left", lambda: _("Chuyển người")),
    ("quarantine.watch", "quarantine:incidents", "siren", lambda: _("Sự cố tại khu")),
    ("health.record_home_tests", "onboarding:home_tests", "test-tube", lambda: _("Xét nghiệm tại nơi ở")),
    ("outbreaks.read", "quarantine:outbreaks", "siren", lambda: _("Ổ dịch")),
    ("labour_market.read", "labour_market:shortages", "chart-column", lambda: _("Thiếu hụt")),
    ("quarantine.read_capacity", "quarantine:capacity", "bed-double", lambda: _("Sức chứa")),
    ("vaccination.read", "vaccination:coverage", "syringe", lambda: _("Tiêm chủng")),
    ("vaccination.report_own", "vaccination:factories", "syringe", lambda: _("Tiêm chủng")),
    ("health.manage_trust", "health:keys", "key-round", lambda: _("Khóa ký giấy")),
    ("employers.approve", "employers:approvals", "building-2", lambda: _("Doanh nghiệp chờ duyệt")),
    ("openings.review_wording", "openings:wording_queue", "message-square-warning", lambda: _("Từ ngữ cần xem")),
    ("workers.name_helpers", "workers:unanswered", "users", lambda: _("Chưa ai nhận tin thay")),
    ("onboarding.mend", "onboarding:breaches", "triangle-alert", lambda: _("Bất thường dữ liệu")),
    ("site.administer", "admin:index", "settings", lambda: _("Quản trị")),
]


def navigation(request):
    """`navigation`: (label, address, is current, icon) for each entry the person may open; `menus`: the same as they are drawn,
    (label of the menu or "", whether one of it is current, entries).

    `unread`: messages not seen yet, at most 10, which a page shows as "9+".
    `works_here` is true for everybody but job seekers: their pages load the style sheet of boards and wide tables.
    """
    user = getattr(request, "user", None)
    if user is None:
        return {"navigation": [], "menus": [], "works_here": False, "unread": 0, "demo": settings.DEMO}
    entries = [(name, (label(), reverse(name), icon)) for permission, name, icon, label in ENTRIES if may(user, permission)]
    drawn = {name: (label, address, request.path == address, icon) for name, (label, address, icon) in entries}
    return {
        "navigation": list(drawn.values()),
        "menus": _menus(drawn),
        "works_here": bool(roles_of(user) - {ANYONE, SIGNED_IN, WORKER}),
        "unread": _unread(user),
        "demo": settings.DEMO,
    }


def _menus(drawn: dict[str, tuple]) -> list[tuple[str, bool, list[tuple]]]:
    """Each entry alone where they fit a row; else a menu for each group of which the person has two or more."""
    menus: dict[str, tuple[str, list[str]]] = {}
    if len(drawn) > MOST_IN_A_ROW:
        for label, names in GROUPS:
            together = [name for name in names if name in drawn]
            if len(together) > 1:
                menus |= {name: (label(), together) for name in together}
    found = []
    for name in drawn:
        label, together = menus.get(name, ("", [name]))
        if name == min(together, key=list(drawn).index):
            entries = [drawn[member] for member in together]
            found.append((label, any(current for _label, _address, current, _icon in entries), entries))
    return found


def _unread(user) -> int:
    """How many messages wait, counted up to ten."""
    return Message.objects.visible_to(user).unread().order_by()[:MOST_COUNTED].count() if user.is_authenticated else 0
