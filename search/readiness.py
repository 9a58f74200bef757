"""What /readyz says about search."""

import logging

from search.documents import DOCUMENTS
from search.engines import engine

logger = logging.getLogger(__name__)


def search_index() -> str:
    """ "ok", or which index can't be used. Why goes to the log: strangers read this answer, and the reason may hold a path."""
    problems = {kind: engine().health(kind).problem for kind in DOCUMENTS}
    wrong = [kind for kind, problem in problems.items() if problem]
    for kind in wrong:
        logger.warning("The index of %s can't be used: %s", kind, problems[kind])
    return f"no usable index: {', '.join(wrong)} (search_rebuild makes one)" if wrong else "ok"
