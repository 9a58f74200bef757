"""One index of generated documents for all conformance tests, and the reference rows their words need."""

from random import Random

import pytest

from recruitment.occupations.models import Occupation
from search.engines.contract import Write
from search.engines.embedded.engine import EmbeddedEngine
from tests.conformance import generated
from tests.factories.occupations import OccupationFactory

COUNT = 2_500
SEED = 20211008


@pytest.fixture(scope="session")
def openings():
    return generated.openings(Random(SEED), COUNT)


@pytest.fixture(scope="session")
def candidates():
    return generated.candidates(Random(SEED), COUNT)


@pytest.fixture(scope="session")
def directory(tmp_path_factory, openings, candidates):
    """Written in several commits, some documents twice and some deleted again, so that segments and deletes are in play."""
    directory = tmp_path_factory.mktemp("conformance") / "search"
    engine = EmbeddedEngine(directory)
    for kind, sources in (("opening", [made[-1] for made in openings.values()]), ("candidate", [made[-1] for made in candidates.values()])):
        with engine.build(kind) as build:
            build.write(Write(source["pk"], 1, source) for source in sources[:1800])
            build.activate()
        deleted = [source | {"pk": 10_000_000 + source["pk"]} for source in sources[:100]]
        engine.write(kind, [Write(source["pk"], 1, source) for source in deleted])
        for start in range(1700, len(sources), 300):
            engine.write(kind, [Write(source["pk"], 2, source) for source in sources[start : start + 300]])
        engine.write(kind, [Write(source["pk"], 2, None) for source in deleted])
    return directory


@pytest.fixture
def engine(directory, settings):
    settings.SEARCH_DIRECTORY = directory
    return EmbeddedEngine(directory)


@pytest.fixture
def occupations(db):
    """The occupations of the generated documents, with their near ones."""
    names = {1: ("Thợ may công nghiệp", "Sewing machine operator", ["công nhân may", "thợ may"]), 2: ("Thợ hàn", "Welder", ["hàn xì"])}
    for pk in generated.OCCUPATIONS:
        name, name_en, synonyms = names.get(pk, (f"Nghề {pk}", f"Trade {pk}", []))
        OccupationFactory(pk=pk, name=name, name_en=name_en, synonyms=synonyms)
    pairs = {tuple(sorted((one, other))) for one, others in generated.RELATED.items() for other in others}
    Occupation.related.through.objects.bulk_create(
        Occupation.related.through(from_occupation_id=one, to_occupation_id=other) for one, other in sorted(pairs)
    )
