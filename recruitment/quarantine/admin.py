from django.contrib import admin
from django.urls import reverse

from recruitment.quarantine.models import ArrivalPolicy, BackupPolicy, OutbreakRisk, Site, WaitingPolicy


@admin.register(BackupPolicy)
class BackupPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "beds_per_hundred", "minimum_beds", "horizon_days", "is_exercise"]


@admin.register(OutbreakRisk)
class OutbreakRiskAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "outbreaks_per_month", "contact_share", "shortest_stay", "longest_stay", "is_exercise"]


@admin.register(WaitingPolicy)
class WaitingPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "window_hours", "need_step", "outbreak_first", "is_exercise"]


@admin.register(ArrivalPolicy)
class ArrivalPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "no_show_hours", "undo_minutes", "is_exercise"]


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    """What a site is; its nights move through the ledger's services only."""

    list_display = ["name", "kind", "zone", "figures_confirmed_at"]
    list_select_related = ["zone"]
    readonly_fields = ["figures_confirmed_at"]
    search_fields = ["name"]

    def view_on_site(self, site):
        """The one page of a site that is an administrator's too."""
        return reverse("quarantine:keys", args=[site.pk])
