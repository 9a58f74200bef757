"""One index of generated documents in each engine for all conformance tests, and the reference rows their words need."""

from collections.abc import Mapping
from random import Random

import pytest

from recruitment.occupations.models import Occupation
from search.engines.contract import Engine, Write
from search.engines.embedded.engine import EmbeddedEngine
from tests.conformance import generated
from tests.conformance.both import Engines, elasticsearch_if_any
from tests.factories.occupations import OccupationFactory
from tests.harness.samples import posting_titles

COUNT = 5_000
SEED = 20211008


@pytest.fixture(scope="session")
def openings():
    """Invented ones, and one for each title of a real advertisement where these are at hand."""
    return generated.openings(Random(SEED), COUNT, titles=real_titles())


def real_titles() -> list[str]:
    try:
        return posting_titles()
    except pytest.skip.Exception:
        return []


@pytest.fixture(scope="session")
def candidates():
    return generated.candidates(Random(SEED), COUNT)


@pytest.fixture(scope="session")
def directory(tmp_path_factory, openings, candidates):
    """The embedded engine's index of both."""
    directory = tmp_path_factory.mktemp("conformance") / "search"
    fill(EmbeddedEngine(directory), openings, candidates)
    return directory


@pytest.fixture(scope="session")
def elasticsearch(request, openings, candidates):
    """Elasticsearch's, where there is one."""
    engine = elasticsearch_if_any(request, "conformance")
    if engine is not None:
        fill(engine, openings, candidates)
    return engine


def fill(engine: Engine, openings: Mapping, candidates: Mapping) -> None:
    """Written in several batches, some documents twice and some deleted again, so that segments and deletes are in play."""
    for kind, sources in (("opening", [made[-1] for made in openings.values()]), ("candidate", [made[-1] for made in candidates.values()])):
        with engine.build(kind) as build:
            build.write(Write(source["pk"], 1, source) for source in sources[:4000])
            build.activate()
        deleted = [source | {"pk": 10_000_000 + source["pk"]} for source in sources[:100]]
        engine.write(kind, [Write(source["pk"], 1, source) for source in deleted])
        for start in range(3700, len(sources), 300):
            engine.write(kind, [Write(source["pk"], 2, source) for source in sources[start : start + 300]])
        engine.write(kind, [Write(source["pk"], 2, None) for source in deleted])


@pytest.fixture
def engine(directory, elasticsearch, settings):
    """Both engines as one; what the product asks beside (the vocabulary) goes to the embedded one."""
    settings.SEARCH_DIRECTORY = directory
    return Engines([EmbeddedEngine(directory), *([elasticsearch] if elasticsearch else [])])


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
