"""The person's own stay: when and where, which day it is today, and the code for the gate."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.arrivals import address_of, codes_of
from recruitment.shared.qr import qr_code


@permission("quarantine.follow_own")
@never_cache
def own(request):
    """The bed that the person has or had last."""
    today = timezone.localdate()
    stays = Stay.objects.filter(worker=request.user.worker).select_related("site")
    stay = stays.filter(status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED]).order_by("arrives_on", "pk").first()
    stay = stay or stays.filter(status=Stay.Status.RELEASED).order_by("-ended_at", "pk").first()
    missed = None if stay else stays.filter(no_show__isnull=False).order_by("-ended_at", "pk").first()
    context = {"stay": stay, "missed": missed, "today": today}
    if stay and stay.status != Stay.Status.RELEASED:
        code = codes_of([stay])[stay.pk]
        nights = (stay.leaves_on - stay.arrives_on).days
        context |= {"code": code, "qr": qr_code(address_of(code)), "nights": nights, "day": min((today - stay.arrives_on).days + 1, nights)}
    return render(request, "quarantine/own_stay.html", context)
