"""Who already works where: lines, teams, dormitory rooms and buses of a few factories, so that an infection has contacts."""

import datetime as dt
from random import Random

from demo.names import is_womans
from recruitment.accounts.models import User
from recruitment.employers.models import Enterprise, Factory, Line, Workshop
from recruitment.quarantine.services.outbreaks import confirm_contacts, declare_case
from recruitment.quarantine.tracing import F1
from recruitment.workers.models import Employment, Worker

FACTORIES, PEOPLE = 8, 60  # of each of the first factories that are approved
LARGEST_SHARE = 0.4  # of everybody: a small province needs job seekers too
TEAMS = ["Ca A", "Ca B"]
ROOM_BEDS = 6


def employ_some(random: Random, factories: list[Factory], *, today: dt.date) -> None:
    """The newest registered people have worked at the first factories for some months; they look for nothing."""
    plants = [factory for factory in factories if factory.enterprise.status == Enterprise.Status.APPROVED][:FACTORIES]
    people = list(Worker.objects.filter(stays=None).order_by("-pk")[: min(len(plants) * PEOPLE, int(Worker.objects.count() * LARGEST_SHARE))])
    rows = []
    for place, factory in enumerate(plants):
        lines = _lines(factory)
        for number, worker in enumerate(people[place * PEOPLE : (place + 1) * PEOPLE]):
            in_dormitory = random.random() < 0.6
            rows.append(
                Employment(
                    worker=worker,
                    factory=factory,
                    line=lines[number % len(lines)],
                    team=TEAMS[number // len(lines) % len(TEAMS)],
                    dormitory_room=f"P{101 + number // ROOM_BEDS}" if in_dormitory else "",
                    shuttle="" if in_dormitory else random.choice(["Tuyến 1", "Tuyến 2"]),
                    since=today - dt.timedelta(days=random.randint(40, 300)),
                )
            )
    Employment.objects.bulk_create(rows)
    Worker.objects.filter(employments__in=rows).update(status=Worker.Status.HIRED)


def declare_a_case(factories: list[Factory], *, today: dt.date, by: User) -> None:
    """One of the factories has an infection: its contacts are in backup beds, and its shift needs people to stand in."""
    post = Employment.objects.filter(factory__in=factories).exclude(team="").order_by("factory_id", "pk").first()
    if post is None:
        return
    outbreak = declare_case(factory=post.factory, worker=post.worker, found_on=today, by=by, on=today)
    outbreak.refresh_from_db()
    close = [person for person in outbreak.people.filter(status="proposed").select_related("worker__user") if person.kind == F1]
    confirm_contacts(
        outbreak=outbreak,
        chosen=[person.pk for person in close],
        seen=outbreak.version,
        first=today,
        until=today + dt.timedelta(days=14),
        company={person.worker_id: ("women" if is_womans(person.worker.user.name) else "men", "") for person in close},
        by=by,
        on=today,
    )


def _lines(factory: Factory) -> list[Line]:
    workshops = Workshop.objects.bulk_create([Workshop(factory=factory, name=name) for name in ("Xưởng 1", "Xưởng 2")])
    return Line.objects.bulk_create([Line(workshop=workshop, name=f"Chuyền {number}") for workshop in workshops for number in (1, 2)])
