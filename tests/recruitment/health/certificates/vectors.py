"""The public test vectors of the eHealth Network's issuers (ehn-dcc), read where they are kept."""

import base64
import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import cached_property

from recruitment.health.certificates.reading import Reading, read
from recruitment.health.certificates.signing import SigningKey, key_from_der
from tests.harness.testdata import folder

SAME = {"EXPTECTEDEXPIRED": "EXPECTEDEXPIRATIONCHECK"}  # one issuer's spelling


@dataclass
class Vector:
    name: str
    given: dict

    @property
    def text(self) -> str:
        return self.given["PREFIX"]

    @property
    def expected(self) -> dict[str, bool]:
        return {SAME.get(step, step).removeprefix("EXPECTED"): outcome for step, outcome in self.given["EXPECTEDRESULTS"].items()}

    @property
    def certificate(self) -> str:
        return self.given["TESTCTX"]["CERTIFICATE"]

    @cached_property
    def key(self) -> SigningKey:
        return key_from_der(base64.b64decode(self.certificate))

    @cached_property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.clock)

    @property
    def clock(self) -> str:
        return re.sub(r"(\.\d{6})\d+", r"\1", self.given["TESTCTX"]["VALIDATIONCLOCK"])

    def read(self, text: str | None = None) -> Reading:
        return read(self.text if text is None else text, find_keys=lambda _key_id: [self.key], at=self.at)


def all_vectors() -> list[Vector]:
    place = folder("dgc")
    paths = sorted(place.glob("*/*.json")) if place else []
    return [Vector(f"{path.parent.name}-{path.stem}", json.loads(path.read_text(encoding="utf-8"))) for path in paths]
