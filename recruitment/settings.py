"""Settings from the environment; with nothing set, everything runs on this machine under `var/`.

Production needs at least SECRET_KEY, FIELD_KEYS, BLIND_INDEX_KEY, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL:
without DEBUG or DEMO the settings refuse to start on the development keys.
"""

import os
from pathlib import Path

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from runtime.addresses import DEMO_MARK, VAR, database_url, redis_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
beside_make_run = (VAR / DEMO_MARK).exists() and not {"SECRET_KEY", "DATABASE_URL"} & os.environ.keys()
DEMO = env.bool("DEMO", default=beside_make_run)  # invented data only; a command beside `make run` means the same province
DEVELOPMENT_KEY = "development-only-key-never-for-real-people"
DEVELOPMENT_FIELD_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMhISE="
SECRET_KEY = env("SECRET_KEY", default=DEVELOPMENT_KEY)
FIELD_KEYS = env.list("FIELD_KEYS", default=[DEVELOPMENT_FIELD_KEY])  # newest first; older ones still decrypt
BLIND_INDEX_KEY = env("BLIND_INDEX_KEY", default=DEVELOPMENT_KEY)
if not (DEBUG or DEMO) and {DEVELOPMENT_KEY, DEVELOPMENT_FIELD_KEY} & {SECRET_KEY, BLIND_INDEX_KEY, *FIELD_KEYS}:
    raise ImproperlyConfigured("Set SECRET_KEY, FIELD_KEYS and BLIND_INDEX_KEY, or DEMO=1 for invented data only.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_celery_beat",
    "django_fsm",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "rest_framework",
    "recruitment.shared",
    "recruitment.places",
    "recruitment.occupations",
    "recruitment.accounts",
    "recruitment.employers",
    "recruitment.notifications",
    "recruitment.workers",
    "recruitment.health",
    "recruitment.openings",
    "recruitment.vaccination",
    "recruitment.quarantine",
    "recruitment.travel",
    "recruitment.applications",
    "recruitment.onboarding",
    "recruitment.labour_market",
    "recruitment.privacy",
    "search",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "recruitment.shared.middleware.WrongMethodPage",
    "recruitment.accounts.middleware.PermissionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "recruitment.urls"
WSGI_APPLICATION = "recruitment.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recruitment.accounts.context.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "recruitment.shared.templatetags.display"],
        },
    }
]

FORM_RENDERER = "recruitment.shared.forms.PeopleFormRenderer"

DATABASES = {"default": {**env.db_url_config(env("DATABASE_URL", default=database_url())), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default=redis_url())
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "max_retries": 1, "interval_start": 0.1}  # no page waits for a dead broker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
ONLY_READERS_OF_THE_INDEX = ["refresh_prices", "note_neglected", "send_alert_digests", "end_saved_searches"]  # never hold up its writer
CELERY_TASK_ROUTES = {f"search.tasks.{name}": {"queue": "default"} for name in ONLY_READERS_OF_THE_INDEX} | {"search.tasks.*": {"queue": "search"}}
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict = {
    "deliver messages": {"task": "recruitment.notifications.tasks.deliver_messages", "schedule": 30, "options": {"expires": 30}},
    "extend the quarantine ledger": {"task": "recruitment.quarantine.tasks.extend_ledger", "schedule": crontab(hour=1, minute=10)},
    "offer beds to those who wait": {"task": "recruitment.quarantine.tasks.offer_freed_beds", "schedule": 60, "options": {"expires": 60}},
    "look after shifts during outbreaks": {
        "task": "recruitment.onboarding.tasks.look_after_shifts",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "call off transfers without an answer": {
        "task": "recruitment.quarantine.tasks.call_off_stale_transfers",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "remind of keys that expire": {"task": "recruitment.quarantine.tasks.remind_of_keys", "schedule": crontab(hour="8-10", minute=10)},
    "free beds that nobody came for": {
        "task": "recruitment.quarantine.tasks.free_beds_nobody_came_for",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "ask after first shifts": {"task": "recruitment.onboarding.tasks.ask_after_first_shifts", "schedule": 3600, "options": {"expires": 3600}},
    "remind of answers and end what nobody answered": {
        "task": "recruitment.applications.tasks.look_after_answers",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "complete waiting acceptances": {"task": "recruitment.onboarding.tasks.look_after_acceptances", "schedule": 60, "options": {"expires": 60}},
    "tell of passes that are over": {"task": "recruitment.onboarding.tasks.tell_of_overstays", "schedule": crontab(hour=8, minute=20)},
    "finish interrupted batches": {"task": "recruitment.onboarding.tasks.finish_batches", "schedule": 30, "options": {"expires": 30}},
    "name who answers for people without a phone": {
        "task": "recruitment.workers.tasks.look_after_helped",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "check what must always hold": {"task": "recruitment.onboarding.tasks.check_invariants", "schedule": crontab(minute=25, hour="2-23")},
    "rotate the keys of entry passes": {
        "task": "recruitment.travel.tasks.rotate_pass_keys",
        "schedule": crontab(day_of_month=1, hour=1, minute=20),
    },
    "sign again what a withdrawn key signed last": {
        "task": "recruitment.travel.tasks.sign_passes_again",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "share seats by the rules of the day": {"task": "recruitment.travel.tasks.share_seats", "schedule": 300, "options": {"expires": 300}},
    "forget what has been kept long enough": {"task": "recruitment.privacy.tasks.retention", "schedule": crontab(hour=2, minute=40)},
    "decide anew about everybody": {"task": "recruitment.health.tasks.reassess", "schedule": crontab(hour=0, minute=20)},
    "spread people over openings": {"task": "search.tasks.refresh_prices", "schedule": 600, "options": {"expires": 600}},
    "note openings that hardly anybody applies to": {"task": "search.tasks.note_neglected", "schedule": crontab(hour=0, minute=40)},
    "drop proofs that no longer hold": {"task": "recruitment.health.tasks.drop_lost_proofs", "schedule": crontab(hour=0, minute=10)},
    "remind of cards that lapse": {"task": "recruitment.health.tasks.remind_of_lapsing_cards", "schedule": crontab(hour="8-10", minute=5)},
    "finish interrupted reassessments": {"task": "recruitment.health.tasks.finish_reassessments", "schedule": 60, "options": {"expires": 60}},
    "send alert digests": {"task": "search.tasks.send_alert_digests", "schedule": crontab(hour="7-9", minute="*/20")},
    "end saved searches": {"task": "search.tasks.end_saved_searches", "schedule": crontab(hour=1, minute=40)},
    "send pending documents to the search index": {"task": "search.tasks.drain", "schedule": 5, "options": {"expires": 5}},
    "look after the search indexes": {"task": "search.tasks.look_after_indexes", "schedule": 30, "options": {"expires": 30}},
}

READINESS_CHECKS = {  # what /readyz asks; each returns "ok" or what is wrong
    "database": "recruitment.shared.health_checks.database",
    "broker": "recruitment.shared.health_checks.broker",
    "worker": "recruitment.shared.health_checks.worker",
    "search": "search.readiness.search_index",
}

ELASTICSEARCH_URL = env("ELASTICSEARCH_URL", default="")  # empty: the embedded engine, in SEARCH_DIRECTORY
ELASTICSEARCH_PREFIX = env("ELASTICSEARCH_PREFIX", default="vungxanh")  # of every index, for servers that hold others' too
RECOMMENDATION_BOUND = env.float("RECOMMENDATION_BOUND", default=40.0)  # points of the score below a person's own best that may be shown
SEARCH_DIRECTORY = Path(env("SEARCH_DIRECTORY", default=str(VAR / "search")))
SEARCH_VOCABULARY_SECONDS = 30  # how old the list of words may be that typing slips are corrected with

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "recruitment.accounts.adapters.StaffAccountAdapter"
ACCOUNT_FORMS = {
    "login": "recruitment.accounts.forms.SignInForm",
    "reauthenticate": "recruitment.accounts.forms.ReauthenticateForm",
    "change_password": "recruitment.accounts.forms.ChangePasswordForm",
    "set_password": "recruitment.accounts.forms.SetPasswordForm",
    "reset_password": "recruitment.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "recruitment.accounts.forms.NewPasswordForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
MFA_ADAPTER = "recruitment.accounts.adapters.StaffSecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "recruitment.accounts.forms.SecondFactorForm",
    "reauthenticate": "recruitment.accounts.forms.ConfirmWithSecondFactorForm",
    "activate_totp": "recruitment.accounts.forms.ActivateSecondFactorForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by administrators, or answer for themselves when a password is set
MFA_TOTP_ISSUER = "Vùng Xanh"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or DEMO)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # one that sets X-Forwarded-Proto
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = BEHIND_PROXY and not (DEBUG or DEMO)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from within
SECURE_HSTS_SECONDS = 0 if (DEBUG or DEMO) else 31_536_000
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # a province's domain has other sites beneath it: its owner decides for them
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.ScopedRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "openings": "120/min",
        "candidates": "60/min",
        "capacity": "60/min",
    },  # of one address, or of one person who is signed in
    "NUM_PROXIES": int(BEHIND_PROXY),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vùng Xanh",
    "DESCRIPTION": _(
        "Tin tuyển dụng của khu công nghiệp, cho đối tác; người tìm việc, cho nhà tuyển dụng đã đăng nhập; số giường, cho hệ thống của khu cách ly."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"Shift": "recruitment.workers.models.Shift"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_HANDLERS = [
    "recruitment.shared.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000  # an outbreak's page sends two for each of a thousand contacts

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "locale").glob("*") if path.is_dir())
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["recruitment.shared.formats"]

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SITE_ADDRESS = env("SITE_ADDRESS", default=f"http://localhost:{env('PORT', default='8000')}").rstrip("/")  # begins the links of messages
EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Vùng Xanh <khong-tra-loi@vungxanh.invalid>")
SMS_SENDER = env("SMS_SENDER", default="recruitment.notifications.gateways.FileSender")
SMS_FILE_PATH = VAR / "sms"

HOME_PROVINCE_CODE = env("HOME_PROVINCE_CODE", default="19")  # the province that recruits: Thái Nguyên, code 19 then and now

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
structlog.configure(  # through the handlers above; tracebacks without local variables, which hold people's data
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
