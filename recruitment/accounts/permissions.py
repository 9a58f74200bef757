"""The one table of who may do what. Views declare a permission; querysets (`visible_to`) say to which objects."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import resolve_url

from recruitment.accounts.models import ApiKey, Role

ANYONE = "anyone"
SIGNED_IN = "signed_in"
WORKER = "worker"
ADMINISTRATOR = "administrator"

TABLE: dict[str, frozenset[str]] = {
    name: frozenset(roles)
    for name, roles in {
        # people
        "accounts.sign_in": [ANYONE],
        "accounts.manage_own": [SIGNED_IN],
        "accounts.secure_own": [*Role, ADMINISTRATOR],
        "accounts.demo": [ANYONE],
        "site.status": [ANYONE],
        "site.language": [ANYONE],
        "site.api": [ANYONE],
        "site.administer": [ADMINISTRATOR],
        "notifications.read_own": [SIGNED_IN],
        # job seekers
        "openings.read": [ANYONE],
        "applications.apply": [ANYONE],
        "applications.follow_own": [WORKER],
        "alerts.save_opening_search": [WORKER],
        "alerts.manage_own": [WORKER, Role.RECRUITER],
        "alerts.stop_by_link": [ANYONE],
        "workers.register": [ANYONE],
        "workers.manage_own": [WORKER],
        "health.manage_own": [WORKER],
        "privacy.own": [WORKER],
        "quarantine.follow_own": [WORKER],
        "travel.show_own_pass": [WORKER],
        "travel.verify_passes": [ANYONE],
        "travel.read_routes": [ANYONE],
        "travel.read_trips": [Role.RECRUITER, Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        # liaisons
        "workers.register_group": [Role.LIAISON],
        # recruiters
        "employers.manage": [Role.RECRUITER],
        "employers.register": [ANYONE],
        "openings.manage": [Role.RECRUITER],
        "applications.manage": [Role.RECRUITER],
        "candidates.search": [Role.RECRUITER],
        "onboarding.accept": [Role.RECRUITER],
        "onboarding.receive": [Role.RECRUITER],
        "quarantine.read_own_backup": [Role.RECRUITER],
        "quarantine.reserve_own_backup": [Role.RECRUITER],
        "workers.manage_roster": [Role.RECRUITER],
        "outbreaks.replace": [Role.RECRUITER],
        "vaccination.report_own": [Role.RECRUITER],
        # site managers
        "quarantine.manage_site": [Role.SITE_MANAGER],
        "quarantine.manage_keys": [Role.SITE_MANAGER, ADMINISTRATOR],
        "quarantine.watch": [Role.SITE_MANAGER, Role.HEALTH_OFFICER],
        "quarantine.read_papers": [Role.SITE_MANAGER, WORKER],
        "quarantine.check_papers": [ANYONE],
        # checkpoints
        "travel.check_passes": [Role.CHECKPOINT_OFFICER],
        "travel.read_crossings": [Role.CHECKPOINT_OFFICER, Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        # departments
        "travel.manage_trips": [Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        "travel.correct_boarding": [Role.SITE_MANAGER, Role.RECRUITER, Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        "travel.decide_routes": [Role.HEALTH_OFFICER],
        "health.manage_trust": [Role.HEALTH_OFFICER],
        "labour_market.read": [Role.LABOUR_OFFICER],
        "workers.name_helpers": [Role.LABOUR_OFFICER],
        "onboarding.mend": [Role.LABOUR_OFFICER, ADMINISTRATOR],
        "employers.approve": [Role.LABOUR_OFFICER],
        "openings.review_wording": [Role.LABOUR_OFFICER],
        "quarantine.open_pool": [Role.LABOUR_OFFICER],
        "quarantine.move_people": [Role.SITE_MANAGER, Role.HEALTH_OFFICER],
        "outbreaks.read": [Role.RECRUITER, Role.HEALTH_OFFICER],
        "outbreaks.declare": [Role.RECRUITER, Role.HEALTH_OFFICER],
        "outbreaks.decide": [Role.HEALTH_OFFICER],
        "health.manage_policies": [Role.HEALTH_OFFICER],
        "health.manage_area_levels": [Role.HEALTH_OFFICER],
        "health.read_area_levels": [ANYONE],
        "health.verify_claims": [Role.HEALTH_OFFICER],
        "health.record_home_tests": [Role.HEALTH_OFFICER],
        "health.decide_about_people": [Role.HEALTH_OFFICER],
        "quarantine.approve_dormitories": [Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        "quarantine.read_capacity": [Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        "vaccination.read": [Role.LABOUR_OFFICER, Role.HEALTH_OFFICER],
        "vaccination.manage": [Role.HEALTH_OFFICER],
    }.items()
}

# Addresses whose views come from libraries, by URL name; whatever is neither here nor declared by its view is closed.
LIBRARY_ADDRESSES: dict[str, str] = {
    "account_login": "accounts.sign_in",
    "account_logout": "accounts.manage_own",
    "account_change_password": "accounts.secure_own",
    "account_set_password": "accounts.secure_own",
    "account_inactive": "accounts.sign_in",
    "account_reset_password": "accounts.sign_in",
    "account_reset_password_done": "accounts.sign_in",
    "account_reset_password_from_key": "accounts.sign_in",
    "account_reset_password_from_key_done": "accounts.sign_in",
    "account_reauthenticate": "accounts.manage_own",
    "mfa_authenticate": "accounts.sign_in",
    "mfa_index": "accounts.secure_own",
    "mfa_reauthenticate": "accounts.manage_own",
    "mfa_activate_totp": "accounts.secure_own",
    "mfa_deactivate_totp": "accounts.secure_own",
    "mfa_generate_recovery_codes": "accounts.secure_own",
    "mfa_view_recovery_codes": "accounts.secure_own",
    "mfa_download_recovery_codes": "accounts.secure_own",
}
LIBRARY_NAMESPACES: dict[str, str] = {"admin": "site.administer"}

# What a program's key may do, by its scope: the one permission, and whether to write too.
SCOPES: dict[str, tuple[str, bool]] = {
    ApiKey.Scope.READ_FIGURES: ("quarantine.manage_site", False),
    ApiKey.Scope.WRITE_FIGURES: ("quarantine.manage_site", True),
}


def roles_of(user) -> frozenset[str]:
    """Every role a person has now; read once per request (kept on the user object)."""
    if not user.is_authenticated:
        return frozenset([ANYONE])
    if not hasattr(user, "_roles"):
        roles = {ANYONE, SIGNED_IN, *user.memberships.current().values_list("role", flat=True)}
        if hasattr(user, "worker"):
            roles.add(WORKER)
        if user.is_superuser:
            roles.add(ADMINISTRATOR)
        user._roles = frozenset(roles)
    return user._roles


def may(user, name: str) -> bool:
    return bool(TABLE[name] & roles_of(user))


def refuse(request, name: str):
    """Send strangers to the sign-in that fits; tell others that it isn't theirs."""
    if request.user.is_authenticated:
        raise PermissionDenied
    for_workers = WORKER in TABLE[name]
    return redirect_to_login(_page_of(request), resolve_url("workers:sign_in" if for_workers else "account_login"))


def _page_of(request) -> str:
    """Where to go on after signing in: this page, or for a button pressed after the session ended the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    own = came_from.netloc == request.get_host()
    return came_from._replace(scheme="", netloc="").geturl() if own and came_from.path else resolve_url("home")


def key_may(key: ApiKey, name: str, *, write: bool) -> bool:
    opened, writes = SCOPES[key.scope]
    return opened == name and (writes or not write)


def permission(name: str) -> Callable:
    """Declare what a view needs. KeyError at import if the table does not name it."""
    TABLE[name]

    def declare(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if not may(request.user, name):
                return refuse(request, name)
            return view(request, *args, **kwargs)

        checked.permission = name
        return checked

    return declare
