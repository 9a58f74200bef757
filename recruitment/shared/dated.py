"""Rules as dated data: each row holds from one day (`since`) to another (`until`, None: until a newer one)."""

import datetime as dt

from django.db import models
from django.db.models import Q


class DatedQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or None."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk").first()


class DatedOrDefaultQuerySet(DatedQuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or one with the model's own values where there is none."""
        return super().in_force(on) or self.model()
