"""Keys of a site's own programs: listed, made and shown once, revoked."""

from django import forms
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from recruitment.accounts.models import LONGEST_LIFE_OF_A_KEY, ApiKey
from recruitment.accounts.permissions import permission
from recruitment.accounts.services.api_keys import NameTaken, make_key, revoke_key
from recruitment.quarantine.models import Site
from recruitment.shared.asking import ask_and_act
from recruitment.shared.forms import CleanCharField, PeopleDateField, days_from_today, today

REFUSED = 422
MOST_SHOWN = 100
DAYS = LONGEST_LIFE_OF_A_KEY.days - 1  # a key is good to the end of its last day


class KeyForm(forms.Form):
    name = CleanCharField(label=gettext_lazy("Tên hệ thống"), help_text=gettext_lazy("Ví dụ: phần mềm bệnh viện, máy tầng 1"), max_length=60)
    scope = forms.ChoiceField(label=gettext_lazy("Được làm gì"), choices=ApiKey.Scope.choices, widget=forms.RadioSelect)
    last_day = PeopleDateField(
        label=gettext_lazy("Dùng đến hết ngày"), help_text=gettext_lazy("Tối đa một năm."), earliest=today, latest=days_from_today(DAYS)
    )


@permission("quarantine.manage_keys")
@never_cache
def keys(request, pk):
    """The text of a new key stands in this one answer and nowhere else."""
    site, made, text = get_object_or_404(_sites(request.user), pk=pk), None, None
    start = {"scope": ApiKey.Scope.READ_FIGURES, "last_day": days_from_today(DAYS)()}
    form = KeyForm(request.POST) if request.method == "POST" else KeyForm(initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made, text = make_key(organisation=site.organisation, by=request.user, now=timezone.now(), **form.cleaned_data)
            form = KeyForm(initial=start)
        except NameTaken as refusal:
            form.add_error(refusal.field, refusal.for_people())
    found = site.organisation.api_keys.select_related("made_by", "revoked_by")[:MOST_SHOWN]
    context = {
        "site": site,
        "form": form,
        "made": made,
        "text": text,
        "keys": found,
        "now": timezone.now(),
        "manages": Site.objects.managed_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "quarantine/keys.html", context, status=REFUSED if form.errors else 200)


@permission("quarantine.manage_keys")
def revoke(request, pk):
    found = ApiKey.objects.select_related("organisation__site", "made_by").filter(organisation__site__in=_sites(request.user))
    key = get_object_or_404(found, pk=pk)
    then = ("quarantine:keys", key.organisation.site.pk)
    done = _("Đã thu hồi khóa “%(name)s”: hệ thống dùng khóa này không vào được nữa.") % {"name": key}
    return ask_and_act(request, revoke_key, key, name="key", template="quarantine/revoke_key.html", done=done, then=then)


def _sites(user):
    return Site.objects.all() if user.is_superuser else Site.objects.managed_by(user)
