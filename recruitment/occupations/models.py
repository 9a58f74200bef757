"""Occupations that factories hire for, coded by ISCO-08, and skills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from recruitment.places.models import NamedInTwoLanguages


class Occupation(NamedInTwoLanguages):
    """An ISCO-08 unit group with our own suffix ("8212.1"); synonyms in both languages widen searches."""

    code = models.CharField(_("mã ISCO-08"), max_length=8, unique=True)
    synonyms = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("tên gọi khác"))
    related = models.ManyToManyField("self", blank=True, verbose_name=_("nghề gần"))

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("nghề")
        verbose_name_plural = _("nghề")


class Skill(NamedInTwoLanguages):
    code = models.SlugField(_("mã"), max_length=40, unique=True)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("kỹ năng")
        verbose_name_plural = _("kỹ năng")
