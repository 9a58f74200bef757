"""What /readyz says about search."""

from search.documents import DOCUMENTS
from search.engines import engine


def search_index() -> str:
    """ "ok", or what is wrong with which index; asks the engine itself, which raises nothing."""
    problems = {kind: engine().health(kind).problem for kind in DOCUMENTS}
    wrong = [f"{kind}: {problem}" for kind, problem in problems.items() if problem]
    return "; ".join(wrong) or "ok"
