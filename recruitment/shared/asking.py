"""A page that asks before it acts, and a form that says why something was refused."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from recruitment.shared.refusals import Refusal

REFUSED = 422


def ask_and_act(
    request: HttpRequest, act: Callable, subject: Model, *, name: str, template: str, done: str, then: tuple, form: forms.Form | None = None
) -> HttpResponse:
    """Show the question; once it is answered, do it, say so, and go on to `then` (a URL's name and its arguments).

    `subject` goes to `act` and to the template under `name`, and so does what a `form` asks. A refusal is shown on the page that asked.
    """
    refusal = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            act(**{name: subject}, **(form.cleaned_data if form else {}), by=request.user, on=timezone.localdate())
        except Refusal as raised:
            if form is None:
                refusal = raised.for_people()
            else:
                explain(form, raised)
        else:
            messages.success(request, done)
            return redirect(*then)
    context = {name: subject, "form": form, "refusal": refusal, "back": reverse(then[0], args=then[1:])}
    return render(request, template, context, status=REFUSED if refusal or (form and form.errors) else 200)


def explain(form: forms.Form, refusal: Refusal) -> None:
    """Beside the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
