"""What somebody may be about to type, each with the number of openings that searching for it lists."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from search import text
from search.lexicon import OCCUPATION, PLACE, Lexicon, fold_word
from search.queries.openings import OpeningParameters, totals
from search.queries.vocabulary import Vocabulary
from search.queries.words import Words

MOST_SHOWN = 7
MOST_COUNTED = 16  # of one answer; counting is one request
LONGEST_TYPED = 80  # characters of a beginning that is completed
FEWEST_LETTERS = 2


def suggestions(typed: str, *, on: dt.date) -> list[tuple[str, int]]:
    """What was typed with its slips corrected, and completions, with their counts; most openings first, none that lists nothing.

    IndexUnavailable.
    """
    typed = text.clean(typed)[:LONGEST_TYPED]
    if sum(map(str.isalnum, typed)) < FEWEST_LETTERS:
        return []
    words = Words.of(typed, on=on)
    corrected = [_corrected(typed, words.reading.corrected)] if words.reading.corrected else []
    begun = [*corrected, typed]
    completions = (completion for beginning in begun for completion in _completions(beginning, words.lexicon, words.vocabulary))
    wanted = list(dict.fromkeys([*corrected, *completions]))[:MOST_COUNTED]
    counted = totals({completion: OpeningParameters(q=completion) for completion in wanted}, words, on=on)
    shown = [(completion, count) for completion, count in counted.items() if count and completion.lower() != typed.lower()]
    return sorted(shown, key=lambda pair: (-pair[1], pair[0]))[:MOST_SHOWN]


def _corrected(typed: str, corrected: Mapping[str, str]) -> str:
    return " ".join(corrected.get(span.token, typed[span.start : span.end]) for span in text.spans(typed))


def _completions(typed: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Iterator[str]:
    """Phrases that begin as the end of the text does, the longest such end first; then words of the index."""
    spans = text.spans(typed)
    for place in range(len(spans)):
        before = typed[: spans[place].start]
        end = " ".join(fold_word(span.token) for span in spans[place:])
        for folded, phrases in lexicon.beginning_with(end):
            if folded != end:
                yield from (before + phrase.shown for phrase in phrases if phrase.kind in (OCCUPATION, PLACE))
    if not spans:
        return
    last = spans[-1]
    before = typed[: last.start]
    begins = last.token.__eq__ if len(last.token) < FEWEST_LETTERS else _begins_with(last.token)
    nearest = sorted(filter(begins, vocabulary.accented), key=lambda word: (-vocabulary.accented[word], word))
    yield from (before + word for word in nearest[:MOST_SHOWN] if word != last.token)


def _begins_with(token: str) -> Callable[[str], bool]:
    """With these accents if there are any."""
    return (lambda word: fold_word(word).startswith(token)) if token.isascii() else (lambda word: word.startswith(token))
