"""Routes, stops, rules by area level and checkpoints. Seats, passes and crossings move through services only."""

from django.contrib import admin

from recruitment.travel.models import Checkpoint, PickUpPoint, Route, RouteRule


class PickUpPointInline(admin.TabularInline):
    model = PickUpPoint
    extra = 0


@admin.register(Route)
class RouteAdmin(admin.ModelAdmin):
    list_display = ["name", "origin", "operator", "operator_phone", "frequency"]
    list_select_related = ["origin"]
    search_fields = ["name", "operator"]
    filter_horizontal = ["zones"]
    inlines = [PickUpPointInline]


@admin.register(RouteRule)
class RouteRuleAdmin(admin.ModelAdmin):
    list_display = ["area_level", "since", "running", "seat_percent", "document", "document_on"]
    list_filter = ["area_level"]
    readonly_fields = ["entered_by"]

    def save_model(self, request, rule, form, change):
        rule.entered_by = request.user
        super().save_model(request, rule, form, change)


@admin.register(Checkpoint)
class CheckpointAdmin(admin.ModelAdmin):
    list_display = ["name", "road", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["name"]
