"""The project's settings, with a database, a Valkey number and files of their own for each test process.

VX_TEST_DB names a run so that several can go on at once; pytest-xdist adds its worker's name.
"""

import os

os.environ.setdefault("DEMO", "1")  # the development keys, and the demo sign-in that the browser tests use

from recruitment.settings import *  # noqa: F403
from recruitment.settings import BASE_DIR, DATABASES, INSTALLED_APPS, REDIS_URL, TEMPLATES
from runtime.addresses import VAR
from tests.harness.names import process_name, with_database_number
from tests.harness.templates import UndefinedVariable

INSTALLED_APPS += ["django_migration_linter"]

PROCESS = process_name()
SCRATCH = VAR / "test" / PROCESS

DATABASES["default"] |= {"NAME": f"test_{PROCESS}", "CONN_MAX_AGE": 0, "OPTIONS": {"options": "-c synchronous_commit=off"}}

REDIS_URL, CELERY_BROKER_URL = with_database_number(REDIS_URL, PROCESS)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

ELASTICSEARCH_URL = os.environ.get("VX_TEST_ELASTICSEARCH", "")  # of a bench; tests that want a server ask for the fixture
ELASTICSEARCH_PREFIX = f"test-{PROCESS}"
SEARCH_DIRECTORY = SCRATCH / "search"
SEARCH_VOCABULARY_SECONDS = 0
EMAIL_FILE_PATH = SCRATCH / "mail"
SMS_FILE_PATH = SCRATCH / "sms"
STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable(own=BASE_DIR)
