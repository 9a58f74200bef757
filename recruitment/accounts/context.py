"""What the page frame needs: the navigation of the roles a person has."""

from django.urls import reverse
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import may

ENTRIES = [
    # permission, URL name, label getter: shown to whoever may, in this order
    ("openings.read", "search:openings", lambda: _("Tìm việc")),
    ("applications.follow_own", "applications:own", lambda: _("Việc của tôi")),
    ("health.manage_own", "health:own", lambda: _("Sức khỏe của tôi")),
    ("workers.manage_own", "workers:profile", lambda: _("Hồ sơ")),
    ("openings.manage", "openings:board", lambda: _("Tin tuyển dụng")),
    ("quarantine.read_own_backup", "quarantine:backup", lambda: _("Suất cách ly dự phòng")),
    ("quarantine.manage_site", "quarantine:sites", lambda: _("Khu cách ly")),
    ("labour_market.read", "labour_market:shortages", lambda: _("Thiếu hụt")),
    ("quarantine.read_capacity", "quarantine:capacity", lambda: _("Sức chứa")),
    ("employers.approve", "employers:approvals", lambda: _("Doanh nghiệp chờ duyệt")),
    ("openings.review_wording", "openings:wording_queue", lambda: _("Từ ngữ cần xem")),
    ("site.administer", "admin:index", lambda: _("Quản trị")),
]


def navigation(request):
    """`navigation`: (label, address, is current) for each entry the person may open."""
    user = getattr(request, "user", None)
    if user is None:
        return {"navigation": []}
    entries = [(label(), reverse(name)) for permission, name, label in ENTRIES if may(user, permission)]
    return {"navigation": [(label, address, request.path == address) for label, address in entries]}
