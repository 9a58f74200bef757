"""Read a health certificate (HC1) and print what it says, and whether it counts, as one JSON object; exit 0 if it does, 1 if not.

`--batch` reads many: a line in, {"payload": "HC1:…", "trust": [base64 of a DER certificate, …], "at": ISO date and time}, a line out,
in order. Without "trust" or "at" in a line, those of the command line hold. Exit 0 whatever the certificates are worth.
"""

import base64
import binascii
import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from recruitment.health.certificates.content import Content
from recruitment.health.certificates.pictures import MOST_MEGABYTES, is_picture, text_in_picture
from recruitment.health.certificates.problems import Unreadable
from recruitment.health.certificates.reading import Reading, read
from recruitment.health.certificates.signing import NotASigningKey, SigningKey, key_from_der
from recruitment.health.services.certificates import read_against_trust_list

MOST_LINE_BYTES = 2_000_000
MOST_TRUSTED_PER_LINE = 100
MALFORMED, UNREADABLE_FILE, NO_TRUST_LIST = "malformed_line", "unreadable_file", "trust_list_unavailable"  # beside the words of problems.py


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE", help="text, or a picture (PNG, JPEG, WebP); - reads standard input")
        parser.add_argument("--trust", type=Path, metavar="DIR", help="PEM certificates to trust instead of the managed list of the database")
        parser.add_argument("--at", type=moment, metavar="ISO-DATETIME", help="judge as of this moment; without a zone it is UTC; default: now")
        parser.add_argument("--batch", metavar="FILE.jsonl", help="many certificates in one process; - reads standard input")

    def handle(self, *, file, trust, at, batch, **options):
        if (file is None) == (batch is None):
            raise CommandError("Name one FILE, or --batch FILE.jsonl.")
        if batch not in (None, "-") and not Path(batch).is_file():
            raise CommandError(f"There is no file {batch}.")
        self.keys = keys_in(trust) if trust else None
        self.at = at
        if batch:
            for line in lines_of(batch):
                print(as_json(self.answer(line)), flush=True)
            return
        answer = self.answer_file(file)
        print(as_json(answer))
        if not (isinstance(answer, Reading) and answer.ok):
            sys.exit(1)

    def answer_file(self, name: str) -> Reading | str:
        try:
            data = beginning_of(name)
            text = text_in_picture(data) if is_picture(data) else data.decode("utf-8", errors="replace").strip("\r\n\t\ufeff")
        except OSError:
            return UNREADABLE_FILE
        except Unreadable as refusal:
            return Reading(refusal.problem)
        return self.read(text, self.keys, self.at)

    def read(self, text: str, keys: list[SigningKey] | None, at: dt.datetime | None) -> Reading | str:
        at = at or dt.datetime.now(dt.UTC)
        if keys is not None:
            return read(text, find_keys=lambda _key_id: keys, at=at)
        try:
            return read_against_trust_list(text, at=at)
        except DatabaseError:
            return NO_TRUST_LIST

    def answer(self, line: str) -> Reading | str:
        """What a line asks for, or why it asks for nothing."""
        try:
            asked = json.loads(line)
            payload, trust, at = asked["payload"], asked.get("trust"), asked.get("at")
            if not isinstance(payload, str):
                return MALFORMED
            return self.read(payload, self.keys if trust is None else keys_from(trust), self.at if at is None else moment(at))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return MALFORMED


def as_json(answer: Reading | str) -> str:
    if isinstance(answer, str):
        return json.dumps({"ok": False, "reason": answer, "issuer": None, "kind": None, "facts": None})
    content = answer.content
    return json.dumps(
        {
            "ok": answer.ok,
            "reason": answer.problem,
            "issuer": answer.issuer or None,
            "kind": content.kind if content else None,
            "facts": facts_of(content, answer.facts) if content else None,
        },
        ensure_ascii=False,
    )


def facts_of(content: Content, facts: dict | None) -> dict:
    """Who holds it, what it says, and what the record would keep of it."""
    said = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(content.entry).items()}
    return {"name": content.holder.name, "birth_date": content.holder.born, "authority": content.authority, **said, **(facts or {})}


def moment(text: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def keys_in(directory: Path) -> list[SigningKey]:
    """Every certificate in the directory's files; one that can't be used is named on standard error and left out."""
    if not directory.is_dir():
        raise CommandError(f"{directory} is not a directory.")
    keys = []
    for path in sorted(path for path in directory.iterdir() if path.is_file()):
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
            keys += [key_from_der(certificate.public_bytes(Encoding.DER)) for certificate in certificates]
        except ValueError:
            print(f"{path.name} is left out: it holds no certificate that can be used", file=sys.stderr)
    return keys


def keys_from(trust: list[str]) -> list[SigningKey]:
    """Certificates in base64; one that can't be used is left out. Raises TypeError if it is no list of texts."""
    if not isinstance(trust, list) or len(trust) > MOST_TRUSTED_PER_LINE:
        raise TypeError("trust")
    keys = []
    for text in trust:
        try:
            keys.append(key_from_der(base64.b64decode(text, validate=True)))
        except (binascii.Error, NotASigningKey):
            continue
    return keys


def beginning_of(name: str) -> bytes:
    """The file, as far as a picture or a certificate may reach and one byte more."""
    most = MOST_MEGABYTES * 2**20 + 1
    if name == "-":
        return sys.stdin.buffer.read(most)
    with Path(name).open("rb") as file:
        return file.read(most)


def lines_of(name: str) -> Iterator[str]:
    """Lines of the batch; whatever is not UTF-8 in them is replaced. One that is too long comes out empty."""
    with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as source:
        while line := source.readline(MOST_LINE_BYTES):
            is_whole = len(line) < MOST_LINE_BYTES or line.endswith(b"\n")
            yield line.decode("utf-8", errors="replace") if is_whole else ""
            while not line.endswith(b"\n") and (line := source.readline(MOST_LINE_BYTES)):
                pass  # the rest of a line too long to be one of ours
