"""From what somebody typed to a query: each word or phrase a clause that must hold, worth constant points that any engine adds alike."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from recruitment.occupations.models import Occupation
from recruitment.places.models import Commune, IndustrialZone, Province
from search import text
from search.documents import BY_SHUTTLE
from search.lexicon import DORMITORY, EXPERIENCE, OCCUPATION, PLACE, SHIFT, SHUTTLE, WORDS, Lexicon, fold_word, lexicon_of
from search.queries.matching import any_of, either
from search.queries.vocabulary import Vocabulary, vocabulary
from search.reading import Part, Reading, read, read_exactly
from search.scoring import BREVITY, SAID_BESIDE, SAID_OTHERWISE, TEXT_POINTS, UNDERSTOOD_OCCUPATION

ANYWHERE, IN_THE_TITLE = ("title", "body"), ("title",)
FEWEST_TO_RELAX = 3  # words or phrases; of fewer, none can be missing


def lexicon() -> Lexicon:
    """The lexicon of the database as it is now."""
    occupations = Occupation.objects.order_by("pk").values_list("pk", "name", "name_en", "synonyms")
    zones = tuple(IndustrialZone.objects.order_by("pk").values_list("pk", "code", "name", "name_en", "province", "latitude", "longitude"))
    provinces = Province.objects.order_by("pk").values_list("pk", "name", "name_en", "successor")
    communes = Commune.objects.filter(province__in={province for _pk, _code, _name, _name_en, province, *_where in zones}).order_by("pk")
    rows = tuple((pk, name, name_en, tuple(synonyms)) for pk, name, name_en, synonyms in occupations)
    return lexicon_of(rows, zones, tuple(provinces), tuple(communes.values_list("name", "latitude", "longitude")))


@dataclass(frozen=True)
class Words:
    """What was typed, as read, beside the lexicon and the words of the index that it was read with."""

    reading: Reading
    lexicon: Lexicon
    vocabulary: Vocabulary

    @classmethod
    def of(cls, typed: str, *, on: dt.date, exactly: bool = False) -> "Words":
        """IndexUnavailable when the words of the index can't be read."""
        if not typed.strip():
            return cls(Reading(), lexicon(), Vocabulary())
        folded = frozenset(text.folded_tokens(typed))
        return cls.with_(typed, lexicon(), vocabulary(having=folded), on=on, exactly=exactly)

    @classmethod
    def with_(cls, typed: str, lexicon: Lexicon, vocabulary: Vocabulary, *, on: dt.date, exactly: bool = False) -> "Words":
        if exactly:
            return cls(read_exactly(typed), lexicon, vocabulary)
        reading = read(
            typed,
            lexicon,
            known=lambda word: word in vocabulary.folded or word in lexicon.folded_words,
            correct=lambda word: vocabulary.nearest(word, lexicon),
            on=on,
        )
        return cls(reading, lexicon, vocabulary)

    @property
    def can_relax(self) -> bool:
        return len(self.reading.needed) >= FEWEST_TO_RELAX or any(self.accented(word) for part in self.reading.needed for word in part.words)

    def query(self, *, relaxed: bool = False) -> Query | None:
        """Every word, with its accents if they were typed; or, relaxed, most of them, whatever their accents. None: no words."""
        needed = [self._clause(part, relaxed=relaxed) for part in self.reading.needed]
        if not needed:
            return None
        also = [point for part in self.reading.parts if not part.excluded and part not in self.reading.needed for point in self._title_points(part)]
        if not relaxed:
            return Q("bool", must=needed, should=also)
        return Q("bool", must=[Q("bool", should=needed, minimum_should_match=enough_of(len(needed)))], should=also)

    def excluded(self) -> list[Query]:
        """What an opening must not be."""
        return [self._excluded(part) for part in self.reading.excluded]

    def title_says(self, part: Part) -> Query:
        """The title itself says the words of a part, whatever the opening's fields say."""
        return self._says(part.words, IN_THE_TITLE)

    def accented(self, word: str) -> bool:
        """The word is meant with exactly these accents: it has some, or everything around it has, and it exists so."""
        return (self.reading.accents or not word.isascii()) and self._exists(word)

    def _clause(self, part: Part, *, relaxed: bool) -> Query:
        """Words that name an occupation ask for its openings, or for those whose title says so: elsewhere they are only words.

        Words of another phrase must stand beside each other, unless relaxed: "công ty … nhân viên" is no "công nhân".
        """
        points = all_of([self._word(word, IN_THE_TITLE if part.kind == OCCUPATION else ANYWHERE, relaxed=relaxed) for word in part.words])
        together = part.kind == WORDS and len(part.words) > 1 and not relaxed
        ways = [Q("bool", must=[points], filter=[beside_each_other(part.words, ANYWHERE)]) if together else points]
        for other in {words: None for phrase in part.phrases for words in phrase.instead}:
            ways.append(Q("constant_score", filter=self._says(other, IN_THE_TITLE), boost=SAID_OTHERWISE))
        if part.kind == OCCUPATION:
            ways.append(Q("constant_score", filter=any_of("occupation", self.occupations(part)), boost=UNDERSTOOD_OCCUPATION))
        return either(*ways) if len(ways) > 1 else ways[0]

    def _says(self, words: Sequence[str], places: Sequence[str]) -> Query:
        """The words beside each other in one of these places; no points."""
        says = [self._plainly(word, places) for word in words]
        return all_of([*says, beside_each_other(words, places)] if len(words) > 1 else says)

    @staticmethod
    def occupations(part: Part) -> frozenset[int]:
        return frozenset().union(*(phrase.values for phrase in part.phrases if phrase.kind == OCCUPATION))

    def _word(self, word: str, places: Sequence[str], *, relaxed: bool) -> Query:
        """Points for each place that has the word, more where the accents agree."""
        folded, rarity = fold_word(word), self.vocabulary.rarity(fold_word(word))
        said = [(f"{place}_folded", folded) for place in places if relaxed or self._read_without_accents(word, place)]
        if word in self.vocabulary.accented:
            said += [(place, word) for place in places]
        points = [Q("constant_score", filter=Q("term", **{field: value}), boost=rarity * TEXT_POINTS[field]) for field, value in said]
        if relaxed or not self.accented(word):
            return either(*points)
        return Q("bool", filter=[self._plainly(word, places)], should=points, minimum_should_match=1)

    def _read_without_accents(self, word: str, place: str) -> bool:
        """Typed without accents, a word that exists so is meant with others in titles only: "may" finds "máy cắt", not every "nhà máy"."""
        return place == "title" or self.accented(word) or not self._exists(word)

    def _exists(self, word: str) -> bool:
        return word in self.vocabulary.accented or word in self.lexicon.words

    def _plainly(self, word: str, places: Sequence[str]) -> Query:
        """The same openings without points. A title typed without any accents may mean the word."""
        if self.accented(word):
            return either(*(holds(place, word) for place in places), all_of([Q("term", accents=False), holds("title_folded", fold_word(word))]))
        return either(
            *(holds(f"{place}_folded", fold_word(word)) if self._read_without_accents(word, place) else holds(place, word) for place in places)
        )

    def _title_points(self, part: Part) -> list[Query]:
        """Words that needn't be there still tell openings apart."""
        return [Q("constant_score", filter=Q("term", title_folded=fold_word(word)), boost=SAID_BESIDE) for word in part.words]

    def _excluded(self, part: Part) -> Query:
        """What its fields say of a part, if they say anything; else its words, those of an occupation in the title only."""
        structured = condition(part)
        if structured is not None:
            return structured
        if part.kind == OCCUPATION:
            return either(any_of("occupation", self.occupations(part)), all_of([self._as_it_stands(word, IN_THE_TITLE) for word in part.words]))
        says = all_of([self._as_it_stands(word, ANYWHERE) for word in part.words])
        together = [says, beside_each_other(part.words, ANYWHERE)] if len(part.words) > 1 else [says]
        others = {words: None for phrase in part.phrases for words in phrase.instead}
        return either(all_of(together), *(self._says(other, IN_THE_TITLE) for other in others))

    def _as_it_stands(self, word: str, places: Sequence[str]) -> Query:
        """With exactly these letters if any opening has them, so that "-may" leaves "máy" alone."""
        return either(*(holds(place, word) if self._exists(word) else holds(f"{place}_folded", fold_word(word)) for place in places))


def enough_of(count: int) -> int:
    """How many of so many words or phrases an opening must have when none has all."""
    return count if count < FEWEST_TO_RELAX else max(2, count - 1 - (count - 3) // 4)


def condition(part: Part) -> Query | None:
    """What an opening's own fields say about a part, None for words."""
    if part.kind == PLACE:
        return any_of("zone", part.values)
    if part.kind == SHIFT:
        return any_of("shift", part.values)
    if part.kind == DORMITORY:
        return Q("term", has_dormitory=True)
    if part.kind == SHUTTLE:
        return any_of("commute", [BY_SHUTTLE])
    if part.kind == EXPERIENCE:
        return Q("range", experience_months={"lte": 0})
    return None


def beside_each_other(words: Sequence[str], places: Sequence[str]) -> Query:
    """Two or more words in this order in one of the places."""
    pairs = text.pairs([fold_word(word) for word in words])
    return either(*(all_of([holds(f"{place}_pairs", pair) for pair in pairs]) for place in places))


def shorter_titles() -> list[Query]:
    """Clauses that add a point for each word by which a title is short."""
    return [Q("constant_score", filter=Q("term", brevity=points), boost=points) for points in BREVITY]


def holds(field: str, word: str) -> Query:
    """The field has the word; no points."""
    return Q("constant_score", filter=Q("term", **{field: word}), boost=0)


def all_of(conditions: Iterable[Query]) -> Query:
    return Q("bool", must=list(conditions))
