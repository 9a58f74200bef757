from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone

from recruitment.accounts.permissions import permission
from recruitment.notifications.models import Message
from recruitment.notifications.services.messages import mark_read

MESSAGES_PER_PAGE = 30


@permission("notifications.read_own")
def own(request):
    """The person's messages, newest first; what is shown counts as read from then on."""
    page = Paginator(Message.objects.visible_to(request.user), MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    mark_read(user=request.user, messages=[message.pk for message in shown], now=timezone.now())
    return render(request, "notifications/list.html", {"page": page, "shown": shown})
