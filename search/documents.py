"""The two documents of the index. A field that is not declared here is refused by both the mapping and the projection.

A candidate's document holds no name, phone, birth date, sex, home province, national ID or medical fact: only what a match
needs. Occupations, skills and zones are primary keys; money is đồng a month; the document's id is the model's primary key.
"""

from elasticsearch.dsl import Boolean, Date, Document, Keyword, Long, MetaField, Text

SPACES_ONLY = "whitespace"  # the words are already analysed by text.py
BY_DORMITORY, BY_SHUTTLE, STOP = "dormitory", "shuttle", "stop:"
RIDES = {15: "ride:15", 30: "ride:30", 45: "ride:45", 60: "ride:60"}  # a way to work of at most so many minutes, or none at all
EXPERIENCE_STEP = 1000  # months stay below it: see experience_key


class OpeningDocument(Document):
    """A published opening."""

    pk = Long()
    title = Text(analyzer=SPACES_ONLY)
    title_folded = Text(analyzer=SPACES_ONLY)
    title_pairs = Text(analyzer=SPACES_ONLY)  # text.pairs: which words stand beside each other
    body = Text(analyzer=SPACES_ONLY)
    body_folded = Text(analyzer=SPACES_ONLY)
    body_pairs = Text(analyzer=SPACES_ONLY)
    words = Keyword(multi=True)  # every word, with accents: the vocabulary that corrections choose from
    folded_words = Keyword(multi=True)
    brevity = Long(multi=True)  # scoring.brevity_of the title
    accents = Boolean()  # the title has some; one without any may mean words that have
    occupation = Long()
    skills = Long(multi=True)
    experience_months = Long()
    wage_top = Long()
    zone = Long()
    shift = Keyword()
    has_dormitory = Boolean()
    commute = Keyword(multi=True)  # BY_DORMITORY, BY_SHUTTLE, commute_from each stop, and those RIDES that it keeps to
    starts_on = Date()
    closes_on = Date()
    published_at = Date()
    places_left = Long()
    digest = Long()

    class Meta:
        dynamic = MetaField("strict")


class CandidateDocument(Document):
    """Somebody who looks for work and agreed to be found."""

    pk = Long()
    occupations = Long(multi=True)
    experience = Long(multi=True)  # experience_key of each occupation
    skills = Long(multi=True)
    wage_wanted = Long()
    zones = Long(multi=True)  # none: any zone
    shifts = Keyword(multi=True)
    needs_dormitory = Boolean()
    ready_on = Date()
    digest = Long()

    class Meta:
        dynamic = MetaField("strict")


DOCUMENTS: dict[str, type[Document]] = {"opening": OpeningDocument, "candidate": CandidateDocument}


def commute_from(stop: str) -> str:
    """The stop of a shuttle among the ways to come to work."""
    return f"{STOP}{' '.join(stop.split())}"


def experience_key(occupation: int, months: int) -> int:
    """Occupation and months in one number, so that "at least 12 months as a welder" is a range of one field."""
    return occupation * EXPERIENCE_STEP + min(months, EXPERIENCE_STEP - 1)


def mapping(kind: str) -> dict:
    """Elasticsearch's mapping of a kind of document."""
    return DOCUMENTS[kind]._doc_type.mapping.to_dict()
