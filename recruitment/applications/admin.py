from django.contrib import admin

from recruitment.applications.models import AnswerPolicy


@admin.register(AnswerPolicy)
class AnswerPolicyAdmin(admin.ModelAdmin):
    list_display = ["number", "since", "until", "answer_hours", "confirm_hours", "last_reminder_hours", "is_exercise"]
