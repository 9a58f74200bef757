"""The words of the index of openings: which exist, and how many openings have each."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.conf import settings
from elasticsearch.dsl import Search

from search import text
from search.engines import engine
from search.engines.contract import Engine
from search.lexicon import Lexicon, fold_word

MOST_WORDS = 60_000  # Elasticsearch refuses more than 65,536 buckets


@dataclass(frozen=True)
class Vocabulary:
    """Words with and without accents, each with the number of openings that have it; `openings` in all."""

    accented: Mapping[str, int] = field(default_factory=dict)
    folded: Mapping[str, int] = field(default_factory=dict)
    openings: int = 0

    def rarity(self, folded: str) -> int:
        """1 for a word of every tenth opening to 4 for one of fewer than a thousandth: a rarer word tells more."""
        share = self.folded.get(folded, 0) / (self.openings or 1)
        return 1 + sum(share < limit for limit in (0.1, 0.01, 0.001))

    def nearest(self, word: str, lexicon: Lexicon) -> list[str]:
        """The words that somebody meant by one that nobody uses: several without spaces, or one slip away; else the word.

        A word with accents is one slip from words with accents only: "lặn" is not a slip for "hàn".
        """
        folded = fold_word(word)
        if (parts := text.split(folded, self.folded.keys() | lexicon.folded_words)) != [folded]:
            return parts
        return [text.correct(word, self.folded if word.isascii() else self.accented)]


@dataclass
class _Kept:
    generation: str
    at: float  # time.monotonic()
    vocabulary: Vocabulary


_kept: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()


def vocabulary(*, having: frozenset[str] = frozenset()) -> Vocabulary:
    """The words of the index as it is now, or as it was at most SEARCH_VOCABULARY_SECONDS ago if it had all of `having` (folded) then.

    Reading them costs up to a tenth of a second for 100,000 openings, and every change of an opening makes it due.
    """
    kept = _kept.get(engine())
    if kept and having <= kept.vocabulary.folded.keys() and time.monotonic() - kept.at < settings.SEARCH_VOCABULARY_SECONDS:
        return kept.vocabulary
    generation = engine().generation("opening")
    if not kept or kept.generation != generation:
        kept = _Kept(generation, 0, vocabulary_of(engine()))
    _kept[engine()] = _Kept(generation, time.monotonic(), kept.vocabulary)
    return kept.vocabulary


def vocabulary_of(engine: Engine) -> Vocabulary:
    search = Search().sort("pk").extra(size=0, track_total_hits=True)
    for name in ("words", "folded_words"):
        search.aggs.bucket(name, "terms", field=name, size=MOST_WORDS)
    answer = engine.search("opening", search)
    accented, folded = ({bucket["key"]: bucket["doc_count"] for bucket in answer.aggregations[name]["buckets"]} for name in ("words", "folded_words"))
    return Vocabulary(accented=accented, folded=folded, openings=answer.total)
