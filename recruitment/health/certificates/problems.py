"""Why a certificate can't be used: one word each, the same on the command line, in logs and behind the messages on the page."""

from enum import StrEnum


class Problem(StrEnum):
    # the picture
    PICTURE_TOO_LARGE = "picture_too_large"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_DARK = "picture_dark"
    PICTURE_EMPTY = "picture_empty"
    NO_CODE = "no_code"
    # the text
    TOO_LONG = "too_long"
    NOT_A_CERTIFICATE = "not_a_certificate"
    BASE45 = "base45"
    COMPRESSION = "compression"
    STRUCTURE = "structure"
    SCHEMA = "schema"
    # the signature
    ALGORITHM = "algorithm"
    SIGNATURE = "signature"
    UNKNOWN_ISSUER = "unknown_issuer"
    KEY_OUT_OF_DATE = "key_out_of_date"
    KEY_USAGE = "key_usage"
    # the moment
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    # what it says
    IMPLAUSIBLE = "implausible"


class Unreadable(Exception):
    """Carries the `problem`; `detail` names the part concerned, for logs and developers, never a person's data."""

    def __init__(self, problem: Problem, detail: str = ""):
        self.problem, self.detail = problem, detail
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
