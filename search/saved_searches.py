"""Saving a search, muting it, stopping it: by its owner, through the link in a message, or by itself when there is no need any more."""

import datetime as dt
import json

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q as DatabaseQ
from django.forms import ChoiceField, ModelChoiceField, MultipleChoiceField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from elasticsearch.dsl import Q, Search

from recruitment.accounts.models import User
from recruitment.openings.models import Opening
from recruitment.shared.forms import MoneyField
from recruitment.shared.refusals import Refusal
from recruitment.shared.templatetags.display import day, millions
from recruitment.workers.models import Worker
from search import addresses
from search.engines import engine
from search.engines.contract import DEEPEST
from search.forms import CandidateSearchForm, OpeningSearchForm, SearchForm
from search.models import SavedSearch
from search.projections import opening_facts
from search.queries.candidates import candidates_search
from search.queries.openings import openings_search
from search.scoring import OpeningFacts

Kind, Ending = SavedSearch.Kind, SavedSearch.Ending
LASTS = dt.timedelta(days=60)
KEPT = dt.timedelta(days=90)  # after a search has ended
MOST_SAVED = 10  # by one person, openings and candidates each
NOT_THE_LIST = ("sort", *addresses.PLACE)  # how it is shown, not what is in it
EVERYTHING = {Kind.OPENING: gettext_lazy("Mọi việc đang tuyển"), Kind.CANDIDATE: gettext_lazy("Mọi người phù hợp")}
SIGNER = Signer(salt="search.saved_searches.stop")


class TooManySaved(Refusal):
    """The person has as many saved searches as there may be. Carries `most`."""

    def for_people(self) -> str:
        return _("Bạn đã lưu %(most)d tìm kiếm. Hãy dừng bớt một cái rồi lưu lại.") % self.facts


class TooLong(Refusal):
    """The conditions don't fit into what is kept. Carries nothing."""

    def for_people(self) -> str:
        return _("Tìm kiếm này có quá nhiều điều kiện nên chưa lưu được. Hãy bỏ bớt rồi lưu lại.")


@transaction.atomic
def save_opening_search(*, address: QueryDict, by: User, on: dt.date) -> SavedSearch:
    """Be told of openings that this list will find. Saving the same list again gives what is saved already.

    Raises TooManySaved, TooLong, or IndexUnavailable: without the index nobody knows what is new.
    """
    form = OpeningSearchForm(address)
    condition = opening_condition(form, on=on)
    return _save(Kind.OPENING, None, canonical_query(form), condition=condition, asked=condition, by=by, on=on)


@transaction.atomic
def save_candidate_search(*, opening: Opening, address: QueryDict, by: User, on: dt.date) -> SavedSearch:
    """Be told of people for this opening who are new, or newly able to start in time; see `save_opening_search`."""
    form = CandidateSearchForm(address)
    condition = candidate_condition(opening_facts([opening.pk], on=on)[opening.pk], form, on=on)
    return _save(Kind.CANDIDATE, opening, canonical_query(form), condition=None, asked=condition, by=by, on=on)


def _save(kind: str, opening: Opening | None, query: str, *, condition: dict | None, asked: dict, by: User, on: dt.date) -> SavedSearch:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)  # whoever saves twice at once queues here
    own = SavedSearch.objects.visible_to(by).lasting().filter(kind=kind)
    if same := own.filter(opening=opening, query=query).first():
        return unmute(search=same, by=by) if same.muted_at else same
    if own.count() >= MOST_SAVED:
        raise TooManySaved(most=MOST_SAVED)
    if len(query) > SavedSearch._meta.get_field("query").max_length:
        raise TooLong()
    known = [hit.document for hit in engine().search(kind, _everything(asked)).hits]
    return SavedSearch.objects.create(owner=by, kind=kind, opening=opening, query=query, condition=condition, known=known, ends_on=on + LASTS)


@transaction.atomic
def stop(*, search: SavedSearch, by: User | None, on: dt.date) -> SavedSearch:
    """End it for good. Repeating it changes nothing. `by` is None when the signed link was followed."""
    SavedSearch.objects.lasting().filter(pk=search.pk).update(ended_at=timezone.now(), ending=Ending.STOPPED)
    return SavedSearch.objects.get(pk=search.pk)


@transaction.atomic
def stop_all(*, owner: User, by: User | None, on: dt.date) -> int:
    """End all of a person's searches; how many there were."""
    return SavedSearch.objects.lasting().filter(owner=owner).update(ended_at=timezone.now(), ending=Ending.STOPPED)


@transaction.atomic
def mute(*, search: SavedSearch, by: User) -> SavedSearch:
    """No messages until it is unmuted; what comes meanwhile is not made up for."""
    SavedSearch.objects.lasting().filter(pk=search.pk, muted_at=None).update(muted_at=timezone.now())
    return SavedSearch.objects.get(pk=search.pk)


@transaction.atomic
def unmute(*, search: SavedSearch, by: User) -> SavedSearch:
    SavedSearch.objects.lasting().filter(pk=search.pk).update(muted_at=None)
    return SavedSearch.objects.get(pk=search.pk)


@transaction.atomic
def end_searches(*, on: dt.date) -> int:
    """End whatever has no need any more, saying why, and forget what ended long ago; how many ended. Repeating it changes nothing."""
    hired = DatabaseQ(kind=Kind.OPENING, owner__worker__status=Worker.Status.HIRED)
    reasons = [
        (hired, Ending.HIRED),
        (DatabaseQ(opening__status=Opening.Status.CLOSED), Ending.OPENING_CLOSED),
        (DatabaseQ(ends_on__lt=on), Ending.EXPIRED),
    ]
    ended = 0
    for condition, ending in reasons:
        over = SavedSearch.objects.lasting().filter(condition).values("pk")
        ended += SavedSearch.objects.filter(pk__in=over).update(ended_at=timezone.now(), ending=ending)
    SavedSearch.objects.filter(ended_at__lt=timezone.now() - KEPT).delete()
    return ended


def canonical_query(form: SearchForm) -> str:
    """The readable part of the address, in one order, without how the list is sorted and which page is shown."""
    address = QueryDict(mutable=True)
    for name, value in sorted(form.chosen.items()):
        if name not in NOT_THE_LIST and value:
            given = value if isinstance(value, str | int) else form.fields[name].prepare_value(value)
            values = given if isinstance(given, list | tuple) else ["on" if value is True else given]
            address.setlist(name, sorted({str(each) for each in values}))
    return addresses.link(address)


def address_of(search: SavedSearch) -> QueryDict:
    return QueryDict(search.query)


def form_of(search: SavedSearch) -> SearchForm:
    forms = {Kind.OPENING: OpeningSearchForm, Kind.CANDIDATE: CandidateSearchForm}
    return forms[Kind(search.kind)](address_of(search))


def describe(search: SavedSearch) -> str:
    """Its conditions in a few words of the page's language."""
    return " · ".join(conditions_in_words(form_of(search))) or str(EVERYTHING[Kind(search.kind)])


def conditions_in_words(form: SearchForm) -> list[str]:
    return [_in_words(form.fields[name], value) for name, value in form.chosen.items() if name not in NOT_THE_LIST and value]


def _in_words(field, value) -> str:
    if value is True:
        return str(field.label)
    if isinstance(field, MoneyField):
        return f"{field.label} {millions(value)}"
    if isinstance(value, dt.date):
        return f"{field.label} {day(value)}"
    if isinstance(field, MultipleChoiceField):
        return ", ".join(str(dict(field.choices).get(each, each)) for each in value)
    if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
        return str(dict(field.choices)[value])
    return value if isinstance(value, str) else ", ".join(map(str, value))


def opening_condition(form: OpeningSearchForm, *, on: dt.date) -> dict:
    """What the list asks of the index, in plain JSON. IndexUnavailable."""
    prepared = openings_search(form.parameters(None), on=on)
    return condition_of(prepared.search)


def candidate_condition(facts: OpeningFacts, form: CandidateSearchForm, *, on: dt.date) -> dict:
    """The people of the list who can start when work begins (or when was asked): whoever becomes able to start is new."""
    parameters = form.parameters(frozenset())
    search, _facets = candidates_search(facts, parameters, on=on)
    in_time = {"range": {"ready_on": {"lte": (parameters.ready_by or facts.starts_on).isoformat()}}}
    return {"bool": {"filter": [condition_of(search), in_time]}}


def condition_of(search) -> dict:
    """What must hold of a hit; what only scores is left out by whoever reads it."""
    body = search.to_dict()
    return json.loads(json.dumps({"bool": {"filter": [body[part] for part in ("query", "post_filter") if part in body]}}, default=str))


def _everything(condition: dict) -> Search:
    return Search().query(Q(condition)).sort("pk").extra(size=DEEPEST)


def stop_token(owner: User) -> str:
    """For the link in every message: it says who, and that we said so."""
    return SIGNER.sign(str(owner.pk))


def owner_of_token(token: str) -> User | None:
    try:
        return User.objects.filter(pk=int(SIGNER.unsign(token))).first()
    except (BadSignature, ValueError):
        return None
