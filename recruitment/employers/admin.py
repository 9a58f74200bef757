"""Reference data of enterprises and their factories. Approving goes through the department's queue, not through here."""

from django.contrib import admin

from recruitment.employers.models import Enterprise, Factory, Line, Workshop


class FactoryInline(admin.TabularInline):
    model = Factory
    extra = 0
    fields = ["code", "name", "zone", "address", "out_of_province_workers"]


@admin.register(Enterprise)
class EnterpriseAdmin(admin.ModelAdmin):
    list_display = ["name", "tax_code", "status", "requested_at", "decided_at"]
    list_filter = ["status"]
    search_fields = ["name", "legal_name", "tax_code"]
    readonly_fields = ["organisation", "status", "requested_at", "decided_at", "decided_by", "refusal_reason"]
    inlines = [FactoryInline]

    def has_add_permission(self, request):
        return False  # an enterprise comes with its house and its recruiter: it registers itself

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Factory)
class FactoryAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "enterprise", "zone"]
    list_filter = ["zone"]
    list_select_related = ["enterprise", "zone"]
    search_fields = ["name", "code", "enterprise__name"]
    autocomplete_fields = ["enterprise"]


class LineInline(admin.TabularInline):
    model = Line
    extra = 0


@admin.register(Workshop)
class WorkshopAdmin(admin.ModelAdmin):
    list_display = ["name", "factory"]
    list_select_related = ["factory"]
    search_fields = ["name", "factory__name"]
    autocomplete_fields = ["factory"]
    inlines = [LineInline]
