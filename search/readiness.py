"""What /readyz says about search."""

import logging

from search.documents import DOCUMENTS
from search.engines import engine

logger = logging.getLogger(__name__)


def search_index() -> str:
    """ "ok", or which index can't be read or written. Why goes to the log: strangers read this answer, and the reason may hold a path."""
    found = {kind: engine().health(kind) for kind in DOCUMENTS}
    wrong = [kind for kind, health in found.items() if health.problem]
    for kind in wrong:
        logger.warning("The index of %s can't be used: %s", kind, found[kind].problem)
    missing = [kind for kind, health in found.items() if health.missing]
    hint = "being built, or search_rebuild makes one" if missing else "the log says why"
    return f"no usable index: {', '.join(wrong)} ({hint})" if wrong else "ok"
