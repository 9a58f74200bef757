"""From what somebody typed to a query: words with and without accents, abbreviations, synonyms of occupations, typing slips."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from recruitment.occupations.models import Occupation
from search import text
from search.engines import engine
from search.queries.matching import any_of, either
from search.queries.results import Understood
from search.scoring import TEXT_WEIGHTS, UNDERSTOOD_OCCUPATION

MOST_WORDS = 16  # of one query; the rest is ignored, which keeps the longest query bounded
MOST_VOCABULARY = 200_000
ABBREVIATIONS = {
    "cn": "công nhân",
    "kcn": "khu công nghiệp",
    "lđpt": "lao động phổ thông",
    "nv": "nhân viên",
    "qc": "kiểm tra chất lượng",
    "kcs": "kiểm tra chất lượng",
    "tn": "thái nguyên",
    "ktx": "ký túc xá",
}
FIELDS_WITH_ACCENTS = [f"{name}^{weight}" for name, weight in TEXT_WEIGHTS.items() if not name.endswith("_folded")]
FIELDS_FOLDED = [f"{name}^{weight}" for name, weight in TEXT_WEIGHTS.items() if name.endswith("_folded")]
OccupationRow = tuple[int, str, str, tuple[str, ...]]  # primary key, name, English name, synonyms


@dataclass(frozen=True)
class Phrase:
    """Words that stand for something else: for occupations, or for other words."""

    words: tuple[str, ...]
    folded: tuple[str, ...]
    occupations: frozenset[int] = frozenset()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phrases:
    """The phrase table: what folded words stand for, the length of its longest phrase, and every word in it."""

    meanings: Mapping[tuple[str, ...], Sequence[Phrase]]
    longest: int
    words: frozenset[str]


def words_query(typed: str) -> tuple[Query | None, Understood]:
    """The query for what somebody typed, None if it holds no word; and how it was understood."""
    words = text.tokens(typed)[:MOST_WORDS]
    if not words:
        return None, Understood()
    phrases = phrases_of(tuple(_occupation_rows()))
    read = [_corrected(word, phrases) for word in words]
    clauses, occupations = _clauses(read, phrases)
    corrected = {before: after for before, after in zip(words, read, strict=True) if before != after}
    return Q("bool", must=clauses), Understood(corrected=corrected, occupations=frozenset(occupations))


def _clauses(words: Sequence[str], phrases: Phrases) -> tuple[list[Query], set[int]]:
    """One clause for each word or phrase, the longest phrase first; every clause must hold."""
    clauses: list[Query] = []
    occupations: set[int] = set()
    place = 0
    while place < len(words):
        for length in range(min(phrases.longest, len(words) - place), 0, -1):
            said = words[place : place + length]
            meant = _meanings(said, phrases)
            if meant or length == 1:
                clauses.append(_clause(said, meant))
                occupations |= frozenset().union(*(phrase.occupations for phrase in meant))
                place += length
                break
    return clauses, occupations


def _clause(words: Sequence[str], meant: Sequence[Phrase]) -> Query:
    ways = [all_words(words), *(all_words(phrase.instead) for phrase in meant if phrase.instead)]
    occupations = frozenset().union(*(phrase.occupations for phrase in meant))
    if occupations:
        ways.append(Q("constant_score", filter=any_of("occupation", occupations), boost=UNDERSTOOD_OCCUPATION))
    return ways[0] if len(ways) == 1 else either(*ways)


def all_words(words: Sequence[str]) -> Query:
    """Every word somewhere in the document: as typed, which weighs more, or folded."""
    return Q("bool", must=[_word(word) for word in words])


def _word(word: str) -> Query:
    folded = text.folded_tokens(word)[0]
    return either(Q("multi_match", query=word, fields=FIELDS_WITH_ACCENTS), Q("multi_match", query=folded, fields=FIELDS_FOLDED))


def _meanings(said: Sequence[str], phrases: Phrases) -> list[Phrase]:
    """Phrases these words spell. A word typed with accents must have the same ones: "thợ máy" is not "thợ may"."""
    folded = tuple(text.folded_tokens(" ".join(said)))
    fitting = [phrase for phrase in phrases.meanings.get(folded, ()) if len(phrase.words) == len(said)]
    return [phrase for phrase in fitting if all(word in pair for word, *pair in zip(said, phrase.words, phrase.folded, strict=True))]


@lru_cache(maxsize=4)
def phrases_of(rows: tuple[OccupationRow, ...]) -> Phrases:
    """The phrase table of these occupations and of the abbreviations."""
    named: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for pk, name, name_en, synonyms in rows:
        for title in (name, name_en, *synonyms):
            if words := tuple(text.tokens(title)):
                named[words].add(pk)
    table: dict[tuple[str, ...], list[Phrase]] = defaultdict(list)
    for words, occupations in named.items():
        _put(table, Phrase(words, _folded(words), occupations=frozenset(occupations)))
    for short, meaning in ABBREVIATIONS.items():
        words = tuple(text.tokens(short))
        _put(table, Phrase(words, _folded(words), instead=tuple(text.tokens(meaning))))
    return Phrases(dict(table), longest=max(map(len, table)), words=frozenset(word for folded in table for word in folded))


def _put(table: dict[tuple[str, ...], list[Phrase]], phrase: Phrase) -> None:
    table[phrase.folded].append(phrase)


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.folded_tokens(" ".join(words)))


def _occupation_rows() -> list[OccupationRow]:
    rows = Occupation.objects.order_by("pk").values_list("pk", "name", "name_en", "synonyms")
    return [(pk, name, name_en, tuple(synonyms)) for pk, name, name_en, synonyms in rows]


def _corrected(word: str, phrases: Phrases) -> str:
    """A word that neither the index nor the phrase table knows, as the nearest one that the index does."""
    vocabulary = _vocabulary(engine().generation("opening"))
    folded = text.folded_tokens(word)[0]
    if folded in vocabulary.folded or folded in phrases.words:
        return word
    if word != folded and (nearest := text.correct(word, vocabulary.accented)) != word:
        return nearest
    nearest = text.correct(folded, vocabulary.folded)
    return word if nearest == folded else nearest


@dataclass(frozen=True)
class Vocabulary:
    """The words of the index, each with the number of openings that have it."""

    accented: Mapping[str, int]
    folded: Mapping[str, int]


@lru_cache(maxsize=2)
def _vocabulary(generation: str) -> Vocabulary:
    """Read once for each state of the index (`generation` is the cache's key)."""
    search = Search().sort("pk").extra(size=0)
    for name in ("words", "folded_words"):
        search.aggs.bucket(name, "terms", field=name, size=MOST_VOCABULARY)
    found = engine().search("opening", search).aggregations
    accented, folded = ({bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]} for name in ("words", "folded_words"))
    return Vocabulary(accented=accented, folded=folded)
