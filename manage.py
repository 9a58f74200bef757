#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, connection


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    except OperationalError as problem:
        if connection.connection is not None or "DATABASE_URL" in os.environ:
            raise
        sys.exit(f"PostgreSQL does not answer: `make run` starts it, or `python -m runtime services` by itself.\n{problem}")


if __name__ == "__main__":
    main()
