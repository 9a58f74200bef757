"""What is known of people, read in bulk for `policy.assess`."""

import datetime as dt
from collections.abc import Collection, Iterable

from recruitment.health.models import HealthEvent
from recruitment.health.rulebook import PROOFS, Contact, Dose, PersonFacts, Recovery, Stay, Test
from recruitment.places.models import AreaLevel
from recruitment.workers.models import Consent, Worker


class Levels:
    """The levels in force on a day: a commune's own, else its province's."""

    def __init__(self, on: dt.date):
        self._rows: dict[tuple[int, int | None], tuple[int, bool]] = {}
        rows = AreaLevel.objects.in_force(on).values_list("province_id", "commune_id", "level", "is_locked_down")
        for province, commune, level, locked_down in rows.iterator(chunk_size=5000):
            self._rows.setdefault((province, commune), (level, locked_down))

    def of(self, province: int, commune: int | None) -> tuple[int | None, bool]:
        """(level, whether locked down); level None when nobody declared one."""
        return self._rows.get((province, commune)) or self._rows.get((province, None)) or (None, False)


def person_facts(pks: Collection[int], *, on: dt.date, levels: Levels | None = None) -> dict[int, PersonFacts]:
    """What is known of each worker, in a fixed number of queries for all. Without consent to use health facts, only the origin counts."""
    levels = levels or Levels(on)
    consenting = Consent.objects.filter(worker__in=pks, purpose=Consent.Purpose.HEALTH, withdrawn_at=None).order_by()
    events: dict[int, list[tuple[dict, int]]] = {pk: [] for pk in pks}
    counting = HealthEvent.objects.counting().filter(worker__in=consenting.values_list("worker", flat=True)).order_by("pk")
    for pk, facts, proof in counting.values_list("worker_id", "facts", "proof"):
        events.setdefault(pk, []).append((facts, PROOFS[proof]))
    columns = [
        "pk",
        "home_province",
        "home_commune",
        "home_province__code",
        "home_province__until",
        "home_province__successor__code",
        "home_commune__code",
    ]
    found = {}
    for pk, province, commune, code, until, successor, commune_code in Worker.objects.filter(pk__in=pks).order_by("pk").values_list(*columns):
        level, locked_down = levels.of(province, commune)
        home = successor if until is not None and until < on and successor else code
        found[pk] = _facts(level, locked_down, frozenset(place for place in (home, commune_code) if place), events[pk])
    return found


def _facts(level: int | None, locked_down: bool, places: frozenset[str], events: Iterable[tuple[dict, int]]) -> PersonFacts:
    doses, tests, recoveries, contacts, stays = [], [], [], [], []
    for facts, proof in events:
        on, kind = dt.date.fromisoformat(facts["on"]), facts["kind"]
        if kind == "dose":
            doses.append(Dose(on, facts["number"], facts["full_course"], proof))
        elif kind == "test":
            tests.append(Test(dt.datetime.fromisoformat(facts["at"]), facts["method"], facts["result"] == "positive", proof))
        elif kind == "recovery":
            recoveries.append(Recovery(on, proof))
        elif kind == "stay":
            stays.append(Stay(facts["place"], dt.date.fromisoformat(facts["from"]), on))
        else:
            isolated = facts.get("isolated_on")
            contacts.append(Contact(on, facts["class"], dt.date.fromisoformat(isolated) if isolated else None))
    return PersonFacts(level, tuple(doses), tuple(tests), tuple(recoveries), tuple(contacts), places, locked_down, tuple(stays))
