"""Staff sign in, forget and set passwords, switch on the second factor, and come by invitation."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from recruitment.accounts.models import Membership, Role, User
from recruitment.notifications.models import Message
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu"
NEW_PASSWORD = "con tằm kéo tơ mùa thu"


@pytest.fixture
def recruiter():
    return UserFactory(recruiter=True)


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password}, follow=True)


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def link_sent_to(email: str) -> str:
    return re.search(r"/staff/password/new/\S+", Message.objects.filter(address=email, channel="email").latest("pk").text)[0]


def set_password(client, link: str):
    return client.post(client.get(link).url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)


@pytest.mark.parametrize(("language", "sentence"), [("vi", "E-mail hoặc mật khẩu chưa đúng"), ("en", "The e-mail or the password is not right")])
def test_a_wrong_password_is_answered_in_the_language_of_the_page(client, recruiter, language, sentence):
    client.cookies["django_language"] = language
    page = sign_in(client, recruiter.email, "khong-phai").content.decode()
    assert sentence in page and f'value="{recruiter.email}"' in page


def test_an_account_that_was_switched_off_does_not_let_in(client, recruiter):
    User.objects.filter(pk=recruiter.pk).update(is_active=False)
    assert "đã ngừng" in sign_in(client, recruiter.email, PASSWORD).content.decode() and "_auth_user_id" not in client.session


def test_whoever_forgot_the_password_sets_a_new_one_once(client, recruiter):
    asked = client.post(reverse("account_reset_password"), {"email": recruiter.email}, follow=True)
    assert "Đã gửi đường dẫn" in asked.content.decode()
    link = link_sent_to(recruiter.email)
    assert "Đã đặt mật khẩu" in set_password(client, link).content.decode()
    assert sign_in(client, recruiter.email, NEW_PASSWORD).redirect_chain[-1][0] == reverse("openings:board")
    client.logout()
    assert "không còn dùng được" in client.get(link, follow=True).content.decode()


def test_a_stranger_learns_nothing_about_who_has_an_account(client):
    asked = client.post(reverse("account_reset_password"), {"email": "khong-ai@thu.invalid"}, follow=True)
    assert "Đã gửi đường dẫn" in asked.content.decode() and not Message.objects.exists()


def test_an_administrator_invites_and_the_person_sets_the_password(client):
    client.force_login(UserFactory(administrator=True))
    organisation = OrganisationFactory()
    rows = {
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-organisation": organisation.pk,
        "memberships-0-role": "recruiter",
    }
    rows |= {"memberships-0-started_at_0": "01/11/2026", "memberships-0-started_at_1": "08:00"}
    person = {"name": "Triệu Thị Mời", "email": "moi@thu.invalid", "language": "vi", "is_active": "on"}
    made = client.post(reverse("admin:accounts_user_add"), person | rows)
    assert made.status_code == 302
    invited = User.objects.get(email="moi@thu.invalid")
    assert not invited.has_usable_password() and Membership.objects.get(user=invited).role == Role.RECRUITER
    client.logout()
    set_password(client, link_sent_to("moi@thu.invalid"))
    assert sign_in(client, "moi@thu.invalid", NEW_PASSWORD).redirect_chain[-1][0] == reverse("openings:board")


def test_the_second_factor_is_asked_for_once_it_is_on(client, recruiter):
    sign_in(client, recruiter.email, PASSWORD)
    activate = reverse("mfa_activate_totp")
    confirm = client.get(activate)
    assert client.post(confirm.url, {"password": "sai"}).context["form"].errors["password"] == ["Mật khẩu chưa đúng."]
    secret = re.search(r"<code>(\w+)</code>", client.post(confirm.url, {"password": PASSWORD}, follow=True).content.decode())[1]
    wrong = client.post(activate, {"code": "000000" if code_of(secret) != "000000" else "111111"})
    assert "Mã chưa đúng" in wrong.content.decode()
    page = client.post(activate, {"code": code_of(secret)}, follow=True).content.decode()
    assert "Còn 10 trong 10 mã" in page
    client.logout()
    asked = sign_in(client, recruiter.email, PASSWORD)
    assert "Mã đăng nhập" in asked.content.decode() and "_auth_user_id" not in client.session


def test_pages_of_staff_accounts_speak_one_language(client, recruiter):
    sign_in(client, recruiter.email, PASSWORD)
    for name in ("mfa_index", "mfa_activate_totp", "account_change_password", "account_reauthenticate"):
        page = client.get(reverse(name), follow=True).content.decode()
        assert not re.search(r"\b(Password|Authenticator|Recovery|Sign|Menu|Code)\b", re.sub(r"<[^>]*>", " ", page.split("<main")[1])), name


def test_job_seekers_have_no_password_to_look_after(client):
    client.force_login(WorkerFactory().user)
    assert client.get(reverse("mfa_index")).status_code == 403


def test_the_administrators_list_names_staff_and_no_job_seeker(client, recruiter):
    worker = WorkerFactory(user__name="Hoàng Văn Kín")
    client.force_login(UserFactory(administrator=True))
    page = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert recruiter.email in page and worker.user.name not in page


def test_messages_follow_the_language_that_was_switched_to(client, recruiter):
    client.force_login(recruiter)
    client.post(reverse("set_language"), {"language": "en", "next": "/openings/"})
    assert User.objects.get(pk=recruiter.pk).language == "en"
    client.post(reverse("set_language"), {"language": "xx", "next": "/openings/"})
    assert User.objects.get(pk=recruiter.pk).language == "en"
