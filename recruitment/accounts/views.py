"""Where each role starts, and the demo's sign-in page."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from recruitment.accounts.models import Role, User
from recruitment.accounts.permissions import ADMINISTRATOR, WORKER, permission, roles_of
from recruitment.accounts.services.languages import speak
from recruitment.notifications.models import Message

STARTS = [
    # the first role a person has decides
    (WORKER, "search:openings"),
    (Role.RECRUITER, "openings:board"),
    (Role.SITE_MANAGER, "quarantine:sites"),
    (Role.LABOUR_OFFICER, "labour_market:shortages"),
    (Role.HEALTH_OFFICER, "quarantine:capacity"),
    (Role.CHECKPOINT_OFFICER, "travel:checkpoint"),
    (Role.LIAISON, "workers:groups"),
    (ADMINISTRATOR, "admin:index"),
]
DEMO_ROLES = {
    "worker": (_("Người lao động"), _("tìm việc, ứng tuyển, theo dõi hồ sơ")),
    Role.RECRUITER.value: (_("Nhà tuyển dụng"), _("đăng tin, xem người phù hợp, mời, đề nghị, nhận")),
    Role.SITE_MANAGER.value: (_("Quản lý khu cách ly"), _("người đến và đang ở, số giường từng đêm")),
    Role.HEALTH_OFFICER.value: (_("Cán bộ y tế"), _("quy định, xác minh giấy, ổ dịch, cấp độ dịch, tiêm chủng")),
    Role.LABOUR_OFFICER.value: (_("Cán bộ lao động"), _("thiếu hụt theo khu và nghề, doanh nghiệp chờ duyệt")),
    Role.CHECKPOINT_OFFICER.value: (_("Cán bộ chốt kiểm dịch"), _("soát giấy vào tỉnh, cả khi mất mạng")),
    Role.LIAISON.value: (_("Cán bộ đầu mối"), _("đăng ký một nhóm người từ bảng tính")),
    "administrator": (_("Quản trị"), _("danh mục: tỉnh, khu, nghề, quy định")),
}
MESSAGES_SHOWN = 20
BACKEND = "django.contrib.auth.backends.ModelBackend"


@permission("openings.read")
def home(request):
    roles = roles_of(request.user)
    return redirect(next((address for role, address in STARTS if role in roles), "search:openings"))


@permission("site.language")
@require_POST
def change_language(request):
    """Django's own switch; whoever is signed in gets messages in that language from now on, too."""
    wanted = request.POST.get("language")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        speak(user=request.user, language=wanted)
    return set_language(request)


@permission("accounts.demo")
def demo(request):
    """One click per role, and the messages that would have gone out by SMS. Exists with DEMO only."""
    _only_in_the_demo()
    sent = _sent_by_sms()
    return render(request, "accounts/demo.html", {"roles": DEMO_ROLES, "sent": sent})


@permission("accounts.demo")
@require_POST
def demo_sign_in(request):
    _only_in_the_demo()
    role = request.POST.get("role")
    if role not in DEMO_ROLES:
        raise Http404
    people = User.objects.filter(is_demo=True, is_active=True)
    if role == "worker":
        people = people.filter(worker__isnull=False)
    elif role == "administrator":
        people = people.filter(is_superuser=True)
    else:
        people = people.filter(memberships__role=role, memberships__ended_at=None)
    person = people.order_by("pk").first()
    if person is None:
        raise Http404
    login(request, person, backend=BACKEND)
    return redirect("home")


def _sent_by_sms():
    """The newest messages by SMS, those to phones without an account included."""
    return Message.objects.filter(channel=Message.Channel.SMS).order_by("-created_at", "-pk")[:MESSAGES_SHOWN]


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404
