from django.contrib import admin

from recruitment.accounts.models import Membership, Organisation, SensitiveReading, User


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["organisation"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "is_active", "is_staff", "joined_at"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "language", "is_active", "is_staff"]
    inlines = [MembershipInline]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]


@admin.register(SensitiveReading)
class SensitiveReadingAdmin(admin.ModelAdmin):
    """Read only: whoever looks after the log can't change it here."""

    list_display = ["at", "reader", "what", "why"]
    list_select_related = ["reader"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
