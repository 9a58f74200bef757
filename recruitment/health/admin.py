from django.contrib import admin

from recruitment.health.models import AdmissionPolicy, AdmissionRule


class ReadOnly:
    """Policies are drafted and published by two health officers on their own pages."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class AdmissionRuleInline(ReadOnly, admin.StackedInline):
    model = AdmissionRule
    extra = 0


@admin.register(AdmissionPolicy)
class AdmissionPolicyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "version", "issuer", "jurisdiction", "in_force_from", "in_force_to", "is_exercise", "status"]
    list_filter = ["status"]
    list_select_related = ["jurisdiction"]
    inlines = [AdmissionRuleInline]
