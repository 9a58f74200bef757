"""Who met a case at work: F1 and F2 proposed from lines, teams, dormitory rooms and buses. Pure; an officer decides.

F1 is a close contact of a case (F0), F2 a contact of an F1 (QĐ 2787/QĐ-BYT asks a factory to trace all of them).
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

F1, F2 = "F1", "F2"


@dataclass(frozen=True)
class Post:
    """Where one person of a factory works, sleeps and rides; empty where it is not known."""

    person: int
    workshop: int | None = None
    line: int | None = None
    team: str = ""
    room: str = ""
    shuttle: str = ""


@dataclass(frozen=True)
class Contact:
    """`met` names every way in which they met, the closest first."""

    person: int
    kind: str
    met: tuple[str, ...]


Place = Callable[[Post], Hashable]  # what two people must share to have met; None where it is not known
CLOSE: Mapping[str, Place] = {
    "line": lambda post: (post.line, post.team) if post.line else None,
    "room": lambda post: post.room or None,
    "shuttle": lambda post: (post.shuttle, post.team) if post.shuttle else None,
}
WIDER: Mapping[str, Place] = {
    "room": CLOSE["room"],
    "workshop": lambda post: (post.workshop, post.team) if post.workshop else None,
}


def trace(cases: Collection[int], posts: Iterable[Post]) -> list[Contact]:
    """Everybody of the factory who met one of the cases, F1 before F2, each once.

    An F2 shares a room, or workshop and team, with an F1 or with a case.
    """
    posts = list(posts)
    ill = [post for post in posts if post.person in cases]
    close = _met(ill, [post for post in posts if post.person not in cases], CLOSE)
    contacts = [post for post in posts if post.person in close]
    wider = _met([*contacts, *ill], [post for post in posts if post.person not in cases and post.person not in close], WIDER)
    return [Contact(person, F1, met) for person, met in close.items()] + [Contact(person, F2, met) for person, met in wider.items()]


def _met(sources: Iterable[Post], others: Iterable[Post], ways: Mapping[str, Place]) -> dict[int, tuple[str, ...]]:
    """Each of the others who shares a place with one of the sources, and in which ways."""
    sources = list(sources)
    places = {way: {place(source) for source in sources} - {None} for way, place in ways.items()}
    found = {post.person: tuple(way for way, place in ways.items() if place(post) in places[way]) for post in others}
    return {person: met for person, met in found.items() if met}
