"""A page that asks before it acts."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from recruitment.shared.refusals import Refusal

REFUSED = 422


def ask_and_act(request: HttpRequest, act: Callable, subject: Model, *, name: str, template: str, done: str, then: tuple) -> HttpResponse:
    """Show the question; once it is answered, do it, say so, and go on to `then` (a URL's name and its arguments).

    `subject` goes to `act` and to the template under `name`. A refusal is shown on the page that asked.
    """
    refusal = None
    if request.method == "POST":
        try:
            act(**{name: subject}, by=request.user, on=timezone.localdate())
        except Refusal as raised:
            refusal = raised.for_people()
        else:
            messages.success(request, done)
            return redirect(*then)
    return render(request, template, {name: subject, "refusal": refusal}, status=REFUSED if refusal else 200)
