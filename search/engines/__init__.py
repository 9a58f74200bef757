"""The engine in use: Elasticsearch where ELASTICSEARCH_URL names one, else the embedded one. Search code knows only the contract."""

from functools import cache
from pathlib import Path

from django.conf import settings

from search.engines.contract import Engine
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine


def engine() -> Engine:
    """One object per process and index, shared by its threads."""
    if settings.ELASTICSEARCH_URL:
        return _elasticsearch(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_PREFIX)
    return _embedded(settings.SEARCH_DIRECTORY)


@cache
def _elasticsearch(url: str, prefix: str) -> ElasticsearchEngine:
    return ElasticsearchEngine(url, prefix)


@cache
def _embedded(directory: Path) -> EmbeddedEngine:
    return EmbeddedEngine(directory)
