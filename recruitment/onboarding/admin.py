from django.contrib import admin

from recruitment.onboarding.models import GatePolicy


@admin.register(GatePolicy)
class GatePolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "remind_hours", "free_hours", "correct_hours", "is_exercise"]
