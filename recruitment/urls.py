"""Addresses. English paths, one include per capability."""

from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from recruitment.accounts.permissions import permission

urlpatterns = [
    path("api/v1/", permission("site.api")(SpectacularSwaggerSplitView.as_view(template_name="accounts/api.html")), name="api"),
    path("api/v1/schema/", permission("site.api")(SpectacularAPIView.as_view()), name="schema"),
    path("", include("search.urls")),
    path("", include("recruitment.applications.urls")),
    path("", include("recruitment.workers.urls")),
    path("", include("recruitment.health.urls")),
    path("", include("recruitment.vaccination.urls")),
    path("", include("recruitment.openings.urls")),
    path("", include("recruitment.onboarding.urls")),
    path("", include("recruitment.quarantine.urls")),
    path("", include("recruitment.travel.urls")),
    path("", include("recruitment.employers.urls")),
    path("", include("recruitment.labour_market.urls")),
    path("", include("recruitment.notifications.urls")),
    path("", include("recruitment.privacy.urls")),
    path("", include("recruitment.accounts.urls")),
    path("", include("recruitment.shared.urls")),
    path("staff/sign-in/", account_views.login, name="account_login"),
    path("staff/sign-out/", account_views.logout, name="account_logout"),
    path("staff/password/", account_views.password_change, name="account_change_password"),
    path("staff/password/set/", account_views.password_set, name="account_set_password"),
    path("staff/switched-off/", account_views.account_inactive, name="account_inactive"),
    path("staff/password/forgotten/", account_views.password_reset, name="account_reset_password"),
    path("staff/password/forgotten/sent/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^staff/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("staff/password/new/done/", account_views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("staff/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("staff/second-factor/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
