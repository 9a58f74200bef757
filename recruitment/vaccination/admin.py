from django.contrib import admin

from recruitment.vaccination.models import PriorityOrder


@admin.register(PriorityOrder)
class PriorityOrderAdmin(admin.ModelAdmin):
    list_display = ["document", "since", "groups"]
