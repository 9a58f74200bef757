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
ANYWHERE, IN_THE_TITLE = ("title", "body"), ("title",)
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
    """Words that name an occupation ask for its openings, or for those whose title says so: elsewhere they are only words."""
    occupations = frozenset().union(*(phrase.occupations for phrase in meant))
    ways = [all_words(words, IN_THE_TITLE if occupations else ANYWHERE)]
    ways += [all_words(phrase.instead, ANYWHERE) for phrase in meant if phrase.instead]
    if occupations:
        ways.append(Q("constant_score", filter=any_of("occupation", occupations), boost=UNDERSTOOD_OCCUPATION))
    return ways[0] if len(ways) == 1 else either(*ways)


def all_words(words: Sequence[str], places: Sequence[str]) -> Query:
    """Every word somewhere in these fields: as typed, which weighs more, or folded."""
    return Q("bool", must=[_word(word, places) for word in words])


def _word(word: str, places: Sequence[str]) -> Query:
    with_accents = [f"{place}^{TEXT_WEIGHTS[place]}" for place in places]
    folded = [f"{place}_folded^{TEXT_WEIGHTS[f'{place}_folded']}" for place in places]
    return either(Q("multi_match", query=word, fields=with_accents), Q("multi_match", query=text.folded_tokens(word)[0], fields=folded))


def _meanings(said: Sequence[str], phrases: Phrases) -> list[Phrase]:
    """Phrases these words spell: letter for letter if there is one ("thợ máy" is not "thợ may"), else with accents left out."""
    folded = tuple(text.folded_tokens(" ".join(said)))
    known = phrases.meanings.get(folded, ())
    exactly = [phrase for phrase in known if phrase.words == tuple(said)]
    if not known and (written_out := _written_out(said)) != list(said):  # "cn may" is "công nhân may"
        return _meanings(written_out, phrases)
    return exactly or [phrase for phrase in known if all(word in pair for word, *pair in zip(said, phrase.words, phrase.folded, strict=True))]


def _written_out(said: Sequence[str]) -> list[str]:
    return [word for short in said for word in text.tokens(ABBREVIATIONS.get(short, short))]


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
        short_words, long_words = tuple(text.tokens(short)), tuple(text.tokens(meaning))
        for said, instead in ((short_words, long_words), (long_words, short_words)):
            _put(table, Phrase(said, _folded(said), instead=instead))
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
