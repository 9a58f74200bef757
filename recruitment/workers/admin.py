from django.contrib import admin

from recruitment.workers.models import InvitationPolicy


@admin.register(InvitationPolicy)
class InvitationPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "valid_days", "is_exercise"]
