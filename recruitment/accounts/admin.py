"""Staff, their organisations and roles, and the log of who read sensitive facts. Job seekers look after their own accounts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from recruitment.accounts.models import Membership, Organisation, SensitiveReading, User
from recruitment.accounts.services.invitations import invite_to_set_password

admin.site.site_title = "Vùng Xanh"
admin.site.site_header = gettext_lazy("Vùng Xanh: quản trị")
admin.site.index_title = gettext_lazy("Danh mục và tài khoản")
admin.site.empty_value_display = "–"

# Libraries' tables that nobody is to change by hand: roles are memberships, schedules are in the settings.
for model in (EmailAddress, Authenticator, Group, ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["organisation"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People who sign in by e-mail. A new one gets a link to set a password; nobody else ever knows it."""

    list_display = ["name", "email", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_active", "is_staff", "memberships__role"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "language", "is_active", "is_staff"]
    inlines = [MembershipInline]
    actions = ["invite"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(email__isnull=False)

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        form.base_fields["email"].required = True
        return form

    def has_delete_permission(self, request, obj=None):
        return False  # what a person did stays theirs: switch the account off instead

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            invite_to_set_password(user=obj, by=request.user, now=timezone.now())
            messages.info(request, _("Đã gửi thư mời đặt mật khẩu tới %(email)s.") % {"email": obj.email})

    @admin.action(description=gettext_lazy("Gửi thư mời đặt mật khẩu"))
    def invite(self, request, users):
        for user in users:
            invite_to_set_password(user=user, by=request.user, now=timezone.now())
        sent = len(users)
        messages.success(request, ngettext("Đã gửi %(count)d thư mời.", "Đã gửi %(count)d thư mời.", sent) % {"count": sent})


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "province"]
    list_filter = ["kind"]
    list_select_related = ["province"]
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
