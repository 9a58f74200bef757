"""The connection to Elasticsearch: a bound on every wait, and every failure in the contract's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from elasticsearch import ApiError, Elasticsearch, TransportError

from search.engines.contract import IndexUnavailable, SearchError, UnsupportedQuery
from search.engines.elasticsearch.breaker import Breaker

SEARCH_SECONDS = 1.8  # for a page, connecting included; the server itself gives up a little earlier
WRITE_SECONDS = 10  # for one batch of the outbox
BUILD_SECONDS = 60  # for what only a rebuild or a verification waits for
REBUILD = "run search_rebuild"
GONE = ("index_not_found_exception", "alias_not_found_exception")
ASKED_WRONGLY = 400
NO_LONGER_THERE = 404
OVERLOADED = 429


class IndexGone(IndexUnavailable):
    """The server answers and has no such index. Right after a swap, asking again finds the new one."""


class Server:
    """One address. Clients differ in nothing but how long they wait."""

    def __init__(self, url: str):
        self.url = url
        self.breaker = Breaker()
        self.client = cache(self._client)

    def _client(self, seconds: float) -> Elasticsearch:
        """A connection that the server closed meanwhile is opened again at once; nothing else is tried twice."""
        return Elasticsearch(self.url, request_timeout=seconds, max_retries=1, retry_on_timeout=False, retry_on_status=())

    @contextmanager
    def asked(self, seconds: float) -> Iterator[Elasticsearch]:
        """A client for this block. IndexUnavailable, UnsupportedQuery."""
        if not self.breaker.admits():
            raise IndexUnavailable("Elasticsearch didn't answer a moment ago and is left alone for some seconds.")
        try:
            yield self.client(seconds)
        except TransportError as error:
            self.breaker.failed()
            raise IndexUnavailable(f"Elasticsearch can't be reached: {type(error).__name__}.") from error
        except ApiError as error:
            problem = meaning_of(error)
            if error.status_code >= OVERLOADED and not isinstance(problem, IndexGone):
                self.breaker.failed()
            raise problem from error
        else:
            self.breaker.succeeded()


def meaning_of(error: ApiError) -> SearchError:
    """What an answer other than 2xx says of the index or of the question."""
    causes = list(causes_of(error.body))
    if error.status_code == NO_LONGER_THERE or any(kind in GONE for kind, _reason in causes):
        return IndexGone(f"Elasticsearch holds no index for this: {REBUILD}.")
    reason = causes[-1][1] if causes else error.message
    if error.status_code == ASKED_WRONGLY:
        return UnsupportedQuery(f"Elasticsearch refused the question: {reason}")
    return IndexUnavailable(f"Elasticsearch answered {error.status_code}: {reason}")


def causes_of(body: object) -> Iterator[tuple[str, str]]:
    """(type, reason) of an error and of those that it names as its causes."""
    error = body.get("error") if isinstance(body, dict) else None
    found = [error] if isinstance(error, dict) else []
    while found:
        cause = found.pop()
        yield cause.get("type", ""), cause.get("reason") or ""
        nested = [*cause.get("root_cause", []), cause.get("caused_by"), *(shard.get("reason") for shard in cause.get("failed_shards", []))]
        found += [deeper for deeper in nested if isinstance(deeper, dict)]
