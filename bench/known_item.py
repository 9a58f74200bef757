"""Known-item search: is an advertisement found by its own title, badly typed?

Every title of a file of advertisements becomes an opening. Each is then asked for three times, rewritten by a seeded generator:
without accents; with one typo (in one word of three or more letters, one letter lost, doubled by another, replaced, or swapped
with its neighbour); with two words dropped (of a title of fewer than four words, as many as leave two). A title counts as found
when its own opening is among the first five hits, or one whose title is the same letter for letter.
"""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from recruitment.employers.models import Enterprise, Factory
from recruitment.occupations.models import Occupation
from recruitment.occupations.services import DATA as OCCUPATIONS
from recruitment.occupations.titles import occupation_of
from recruitment.openings.models import Opening
from recruitment.places.models import IndustrialZone
from search import text
from search.engines.contract import Engine, Write
from search.lexicon import Lexicon, lexicon_of
from search.projections import opening_source
from search.queries.openings import OpeningParameters, ask
from search.queries.vocabulary import Vocabulary, vocabulary_of
from search.queries.words import Words

SEED = 2021
FIRST = 5  # hits among which an opening counts as found
LETTERS = "abcdefghijklmnopqrstuvxyăâđêôơư"
ON = dt.date(2026, 11, 24)


def known_item(engine: Engine, titles: Sequence[str], *, among: Iterable[Mapping] = (), seed: int = SEED) -> dict[str, float]:
    """The share of titles found for each way to spoil them, and `mrr`, the mean reciprocal rank over all three.

    `engine` gets a new index of openings: these titles and the documents of `among`.
    """
    lexicon = occupations_of_the_file()
    with engine.build("opening") as build:
        build.write(Write(source["pk"], 1, source) for source in [*documents(titles), *among])
        build.activate()
    vocabulary, random = vocabulary_of(engine), Random(seed)
    places: dict[str, list[int]] = defaultdict(list)
    for pk, title in enumerate(titles, 1):
        same = {other for other, one in enumerate(titles, 1) if one == title} or {pk}
        for name, typed in spoilt(title, random).items():
            places[name].append(place_of(engine, typed, same, lexicon, vocabulary))
    shares = {name: sum(0 < place <= FIRST for place in found) / len(found) for name, found in places.items()}
    ranks = [1 / place if place else 0.0 for found in places.values() for place in found]
    return {name: round(share, 4) for name, share in shares.items()} | {"mrr": round(sum(ranks) / len(ranks), 4)}


def place_of(engine: Engine, typed: str, wanted: set[int], lexicon: Lexicon, vocabulary: Vocabulary) -> int:
    """The place of the first wanted opening on the first page, from 1; 0 if it isn't there."""
    _prepared, answer = ask(engine, OpeningParameters(q=typed), Words.with_(typed, lexicon, vocabulary, on=ON), on=ON)
    return next((place for place, hit in enumerate(answer.hits, 1) if hit.document in wanted), 0)


def spoilt(title: str, random: Random) -> dict[str, str]:
    return {"no_accents": text.fold(title), "one_typo": with_a_typo(title, random), "two_words_dropped": with_words_dropped(title, random)}


def with_a_typo(title: str, random: Random) -> str:
    words = title.split()
    place = random.choice([number for number, word in enumerate(words) if len(word) > 2 and word.isalpha()] or [0])
    word, letter = words[place], random.choice(LETTERS)
    at = random.randrange(len(word) - 1) if len(word) > 1 else 0
    words[place] = random.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        ]
    )
    return " ".join(words)


def with_words_dropped(title: str, random: Random) -> str:
    words = title.split()
    dropped = set(random.sample(range(len(words)), min(2, max(0, len(words) - 2))))
    return " ".join(word for number, word in enumerate(words) if number not in dropped)


def documents(titles: Sequence[str]) -> list[dict]:
    """One opening per title, alike in everything else but the occupation that the title names."""
    pks = {row["code"]: pk for pk, row in enumerate(occupation_rows(), 1)}
    rows = {row["code"]: row for row in occupation_rows()}
    made = []
    for pk, title in enumerate(titles, 1):
        code = occupation_of(title)
        occupation = Occupation(pk=pks[code], name=rows[code]["name"], name_en=rows[code]["name_en"]) if code else Occupation()
        factory = Factory(
            name="Nhà máy 1", enterprise=Enterprise(name="Hồng Lam", legal_name="Công ty TNHH Hồng Lam"), zone=IndustrialZone(pk=1, name="KCN Thử")
        )
        row = Opening(
            pk=pk,
            title=title,
            factory=factory,
            occupation=occupation,
            headcount=10,
            starts_on=ON,
            published_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        )
        made.append(opening_source(row, [], {"Bến xe": 35}))
    return made


def occupations_of_the_file() -> Lexicon:
    """The project's occupations, their primary keys the numbers of their rows."""
    rows = occupation_rows()
    return lexicon_of(tuple((pk, row["name"], row["name_en"], tuple(filter(None, row["synonyms"].split(";")))) for pk, row in enumerate(rows, 1)))


def occupation_rows() -> list[dict[str, str]]:
    with (OCCUPATIONS / "occupations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def titles_of(file: Path) -> list[str]:
    """The column "chức danh" of a table of advertisements."""
    with file.open(encoding="utf-8", newline="") as table:
        return [row["chức danh"] for row in csv.DictReader(table)]
