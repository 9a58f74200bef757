from django.contrib import admin

from recruitment.health.models import AdmissionPolicy, AdmissionRule


class AdmissionRuleInline(admin.StackedInline):
    model = AdmissionRule
    extra = 0


@admin.register(AdmissionPolicy)
class AdmissionPolicyAdmin(admin.ModelAdmin):
    """A decision keeps the policy's version, so every change raises it."""

    list_display = ["number", "issuer", "jurisdiction", "in_force_from", "in_force_to", "is_exercise", "version"]
    list_select_related = ["jurisdiction"]
    readonly_fields = ["version"]
    inlines = [AdmissionRuleInline]

    def save_model(self, request, policy, form, change):
        if change:
            policy.version += 1
        super().save_model(request, policy, form, change)
