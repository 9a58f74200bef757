from django.contrib import admin

from recruitment.places.models import AreaLevel, AreaLevelCriteria, Commune, IndustrialZone, MinimumWage, Province


@admin.register(Province)
class ProvinceAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "since", "until", "successor"]
    list_filter = ["until"]
    list_select_related = ["successor"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["successor"]


@admin.register(Commune)
class CommuneAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "province"]
    list_select_related = ["province"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["province"]


@admin.register(IndustrialZone)
class IndustrialZoneAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "province", "wage_region", "area_hectares"]
    list_filter = ["wage_region"]
    list_select_related = ["province"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["province"]


@admin.register(MinimumWage)
class MinimumWageAdmin(admin.ModelAdmin):
    list_display = ["region", "since", "monthly", "document"]
    list_filter = ["region"]


@admin.register(AreaLevelCriteria)
class AreaLevelCriteriaAdmin(admin.ModelAdmin):
    list_display = ["document", "since", "bands", "adults_one_dose", "elderly_full_course"]


@admin.register(AreaLevel)
class AreaLevelAdmin(admin.ModelAdmin):
    """To look at only: health officers enter levels on their own pages, where each entry is kept and people are assessed anew."""

    list_display = ["province", "commune", "level", "is_locked_down", "since", "document"]
    list_filter = ["level", "since"]
    list_select_related = ["province", "commune"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
