"""What somebody would reach for instead: PostgreSQL's or SQLite's full text for the hard condition, and the score in SQL.

Both get the friendliest layout we know: an occupation is a word of the indexed text, sets are bits, months of experience a
table of their own with its primary key, and the tables are analysed.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from django.db import connection

from bench.search.people import CHUNK, TOP, People, bit, values_of
from search.scoring import WEIGHTS, OpeningFacts
from tests.conformance.generated import OCCUPATIONS, SHIFTS

COLUMNS = "pk, skills, zones, shifts, wage, needs_dormitory, ready"


def ranked(opening: OpeningFacts, *, source: str) -> str:
    """The statement. Every value is a number of ours."""
    rules = [
        ("experience", f"coalesce(own.months, 0) >= {opening.experience_months}"),
        ("wage", "wage = 0" if opening.wage_top is None else f"wage <= {opening.wage_top}"),
        ("zone", f"zones & {bit(opening.zone)} <> 0 OR zones = 0"),
        ("shift", f"shifts & {bit(SHIFTS.index(opening.shift))} <> 0"),
        ("dormitory", "1 = 1" if opening.has_dormitory else "needs_dormitory = 0"),
        ("ready", f"ready <= {opening.starts_on.toordinal()}"),
        *(("skill", f"skills & {bit(skill)} <> 0") for skill in sorted(opening.skills)),
    ]
    points = " + ".join(f"CASE WHEN {condition} THEN {WEIGHTS[rule]} ELSE 0 END" for rule, condition in rules)
    occupation = f"CASE WHEN own.person IS NOT NULL THEN {WEIGHTS['occupation']} ELSE {WEIGHTS['related_occupation']} END"
    return (
        f"SELECT pk, {occupation} + {points} AS score FROM {source} "
        f"LEFT JOIN bench_trade own ON own.person = pk AND own.occupation = {opening.occupation} ORDER BY score DESC, pk LIMIT {TOP}"
    )


def words(opening: OpeningFacts) -> list[str]:
    return [f"o{occupation}" for occupation in sorted({opening.occupation, *opening.related_occupations})]


def rows(people: People) -> Iterator[tuple]:
    """(primary key, text, skills, zones, shifts, wage, needs_dormitory, ready)"""
    columns = (
        people.pks,
        people.occupations,
        people.skills,
        people.zones,
        people.shifts,
        people.wage,
        people.needs_dormitory.astype(int),
        people.ready,
    )
    for start in range(0, len(people), CHUNK):
        for pk, occupations, *rest in zip(*(column[start : start + CHUNK].tolist() for column in columns), strict=True):
            yield pk, " ".join(f"o{occupation}" for occupation in values_of(occupations)), *rest


def trades(people: People) -> Iterator[tuple[int, int, int]]:
    for occupation in OCCUPATIONS:
        for row in np.flatnonzero(people.months[occupation] >= 0).tolist():
            yield int(people.pks[row]), occupation, int(people.months[occupation][row])


class PostgreSQL:
    """Tables in the bench's scratch database."""

    def __init__(self, people: People):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_person (pk int PRIMARY KEY, occupations tsvector, skills int, zones int, shifts int, wage int, needs_dormitory int, ready int)"
            )
            cursor.execute("CREATE TABLE bench_trade (person int, occupation int, months int, PRIMARY KEY (person, occupation))")
            with cursor.copy(f"COPY bench_person ({COLUMNS.replace('pk', 'pk, occupations', 1)}) FROM STDIN") as copy:
                for row in rows(people):
                    copy.write_row(row)
            with cursor.copy("COPY bench_trade FROM STDIN") as copy:
                for row in trades(people):
                    copy.write_row(row)
            cursor.execute("CREATE INDEX ON bench_person USING gin (occupations)")
            cursor.execute("VACUUM ANALYZE bench_person, bench_trade")

    def search(self, opening: OpeningFacts) -> list[tuple[int, int]]:
        source = f"(SELECT * FROM bench_person WHERE occupations @@ '{' | '.join(words(opening))}'::tsquery) person"
        with connection.cursor() as cursor:
            cursor.execute(ranked(opening, source=source))
            return cursor.fetchall()


class SQLite:
    """A file with an FTS5 table."""

    def __init__(self, people: People, file: Path):
        self.connection = sqlite3.connect(file)
        self.connection.executescript(
            f"""
            CREATE TABLE bench_person ({COLUMNS.replace("pk", "pk INTEGER PRIMARY KEY", 1)});
            CREATE TABLE bench_trade (person INTEGER, occupation INTEGER, months INTEGER, PRIMARY KEY (person, occupation)) WITHOUT ROWID;
            CREATE VIRTUAL TABLE bench_text USING fts5(occupations, detail=none);
            """
        )
        with self.connection:
            self.connection.executemany("INSERT INTO bench_person VALUES (?, ?, ?, ?, ?, ?, ?)", ((pk, *rest) for pk, _text, *rest in rows(people)))
            self.connection.executemany(
                "INSERT INTO bench_text (rowid, occupations) VALUES (?, ?)", ((pk, text) for pk, text, *_rest in rows(people))
            )
            self.connection.executemany("INSERT INTO bench_trade VALUES (?, ?, ?)", trades(people))
        self.connection.executescript("INSERT INTO bench_text (bench_text) VALUES ('optimize'); ANALYZE;")

    def search(self, opening: OpeningFacts) -> list[tuple[int, int]]:
        source = f"(SELECT person.* FROM bench_text CROSS JOIN bench_person person ON person.pk = bench_text.rowid WHERE bench_text MATCH '{' OR '.join(words(opening))}')"
        return self.connection.execute(ranked(opening, source=source)).fetchall()
