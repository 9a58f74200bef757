"""Telling people what their saved searches newly found: noted when a document changes, told once a day in one message.

A changed document is matched in the drain, after it was sent to the index and before that is noted (sync.py): a process that dies in
between matches it again, and the ledger, one row for each search and document, takes nothing twice. A digest, the rows it tells of
and its messages are one transaction.
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.notifications.services.messages import send_message
from search.digests import News, digest_text, news_for
from search.documents import mapping
from search.engines.contract import Write
from search.forms import CandidateSearchForm
from search.models import AlertDigest, AlertItem, SavedSearch
from search.projections import PROJECTIONS, opening_facts
from search.saved_searches import address_of, candidate_condition
from search.watching import UnknownClause, WatchIndex

logger = logging.getLogger(__name__)

SAMPLE = 300  # documents from which the index learns what is rare
MESSAGES_PAGE = "/my/searches/"

NOTE_FOUND = """
INSERT INTO search_alertitem (search_id, document, found_at)
SELECT search.id, found.document, %s
FROM unnest(%s::bigint[], %s::bigint[]) AS found (search, document)
JOIN search_savedsearch search ON search.id = found.search
WHERE search.ended_at IS NULL AND search.muted_at IS NULL AND NOT found.document = ANY (search.known)
ON CONFLICT (search_id, document) DO NOTHING
"""


@dataclass
class _Watched:
    """What this process knows of the saved searches of one kind on one day; `versions` tells what has to be read anew."""

    day: dt.date
    index: WatchIndex
    versions: dict[int, dt.datetime | None] = field(default_factory=dict)


_watched: dict[str, _Watched] = {}


def note_matches(kind: str, writes: Collection[Write], *, now: dt.datetime) -> int:
    """Remember whom these documents are news for; how many rows the ledger gained. Repeating it adds none.

    The index goes on when matching can't: only the database's errors leave.
    """
    try:
        index = watched(kind, on=timezone.localdate(now))
        found = [(search, write.document) for write in writes if write.source is not None for search in index.matching(write.source)]
    except DatabaseError:
        raise
    except Exception:  # a search that can't be matched must not hold up everybody's index
        logger.exception("Documents of %s were indexed but not matched with saved searches.", kind)
        return 0
    if not found:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTE_FOUND, [now, [search for search, _document in found], [document for _search, document in found]])
        return cursor.rowcount


def watched(kind: str, *, on: dt.date) -> WatchIndex:
    """The index of all saved searches of a kind, as the database has them now. Built anew each day: conditions hang on the day."""
    rows = SavedSearch.objects.filter(kind=kind, ended_at=None, muted_at=None).order_by("pk")
    current = dict(rows.values_list("pk", "opening__changed_at"))
    if kind not in _watched or _watched[kind].day != on:
        _watched[kind] = _Watched(on, _empty(kind) if current else WatchIndex(()))
    here = _watched[kind]
    if current and not here.versions:  # the first ones: learn what is rare
        here.index = _empty(kind)
    for pk in [pk for pk, version in here.versions.items() if current.get(pk, version) != version or pk not in current]:
        here.index.remove(pk)
        del here.versions[pk]
    if missing := [pk for pk in current if pk not in here.versions]:
        for pk, condition in _conditions(kind, missing, on=on).items():
            _add(here.index, pk, condition)
        here.versions |= {pk: current[pk] for pk in missing}
    return here.index


def send_digests(*, on: dt.date, now: dt.datetime) -> int:
    """One message to everybody for whom something new was found, unless there was one today; how many. Can be repeated."""
    waiting = AlertItem.objects.waiting().values("search")
    told = AlertDigest.objects.filter(day=on).values("owner")
    owners = SavedSearch.objects.active(on).filter(pk__in=waiting).exclude(owner__in=told).order_by("owner").values_list("owner", flat=True)
    sent = 0
    for owner in list(owners.distinct()):
        try:
            sent += send_digest(owner, on=on, now=now)
        except Exception:  # one person's digest must not hold up the others'
            logger.exception("The alert digest of user %s was not sent.", owner)
    return sent


@transaction.atomic
def send_digest(owner: int, *, on: dt.date, now: dt.datetime) -> bool:
    """All of it or nothing: the message, and that its contents were told. False when there is nothing to tell, or it was told today."""
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner)
    if not person.is_active or AlertDigest.objects.filter(owner=person, day=on).exists():
        return False
    news = news_for(person, on=on)
    if not news:
        return False
    digest = AlertDigest.objects.create(owner=person, day=on, sent_at=now)
    AlertItem.objects.filter(pk__in=_told(news)).update(digest=digest)
    send_message(recipient=person, kind="alerts", text=digest_text(person, news), link=MESSAGES_PAGE, now=now)
    return True


def _told(news: Sequence[News]) -> list[int]:
    return [item for one in news for item in one.items]


def _empty(kind: str) -> WatchIndex:
    """Knows which fields hold words and days, and from the latest documents what is rare."""
    projection = PROJECTIONS[kind]
    latest = list(projection.model._default_manager.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
    types = {name: options["type"] for name, options in mapping(kind)["properties"].items()}
    texts, dates = ({name for name, of_type in types.items() if of_type == wanted} for wanted in ("text", "date"))
    return WatchIndex(texts, projection.documents(latest).values(), dates=dates)


def _conditions(kind: str, pks: Sequence[int], *, on: dt.date) -> dict[int, dict]:
    """What each of these waits for; a search for candidates follows its opening."""
    if kind == SavedSearch.Kind.OPENING:
        return dict(SavedSearch.objects.filter(pk__in=pks).order_by("pk").values_list("pk", "condition"))
    rows = list(SavedSearch.objects.filter(pk__in=pks).order_by("pk").only("opening", "query"))
    facts = opening_facts({row.opening_id for row in rows}, on=on)
    return {row.pk: candidate_condition(facts[row.opening_id], CandidateSearchForm(address_of(row)), on=on) for row in rows}


def _add(index: WatchIndex, pk: int, condition: dict) -> None:
    try:
        index.add(pk, condition)
    except UnknownClause as error:
        logger.error("Saved search %s can't be watched: %s", pk, error)
