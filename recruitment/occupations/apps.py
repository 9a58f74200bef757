from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OccupationsConfig(AppConfig):
    name = "recruitment.occupations"
    verbose_name = _("Nghề và kỹ năng")
