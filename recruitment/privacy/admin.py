"""Requests with their clocks, breaches, periods and what was deleted: what an administrator answers for."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.privacy.models import Breach, DataRequest, RetentionPeriod, RetentionRun
from recruitment.privacy.services.requests import answer_request


@admin.register(DataRequest)
class DataRequestAdmin(admin.ModelAdmin):
    """Writing an answer answers the request; the action notes that it was carried out."""

    list_display = ["person", "kind", "made_at", "answer_by", "carry_out_by", "answered_at", "done_at", "late"]
    list_filter = ["kind", ("done_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person"]
    fields = ["person", "kind", "words", "made_at", "answer_by", "carry_out_by", "answer", "answered_at", "done_at"]
    readonly_fields = ["person", "kind", "words", "made_at", "answer_by", "carry_out_by", "answered_at", "done_at"]
    actions = ["carried_out"]

    @admin.display(boolean=True, description=_("quá hạn"))
    def late(self, request: DataRequest) -> bool:
        return request.is_late

    @admin.action(description=_("Đã thực hiện"))
    def carried_out(self, request, queryset):
        for row in queryset:
            answer_request(request=row, answer=row.answer or str(_("Đã thực hiện")), done=True, by=request.user, on=timezone.localdate())

    def save_model(self, request, obj, form, change):
        answer_request(request=obj, answer=obj.answer, done=False, by=request.user, on=timezone.localdate())

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Breach)
class BreachAdmin(admin.ModelAdmin):
    list_display = ["what", "people", "found_at", "report_by", "reported_at"]
    readonly_fields = ["report_by", "noted_by"]

    def save_model(self, request, obj, form, change):
        obj.noted_by = obj.noted_by or request.user
        super().save_model(request, obj, form, change)


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(admin.ModelAdmin):
    list_display = ["what", "days"]


@admin.register(RetentionRun)
class RetentionRunAdmin(admin.ModelAdmin):
    list_display = ["at", "counts"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
