from django.contrib import admin

from recruitment.onboarding.models import GatePolicy, PassPolicy


@admin.register(GatePolicy)
class GatePolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "remind_hours", "free_hours", "correct_hours", "is_exercise"]


@admin.register(PassPolicy)
class PassPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "days_after_start", "is_exercise"]
