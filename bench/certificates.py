"""How long a certificate takes from its text, or its photo, to the verdict; and ten thousand mutations of the public vectors.

The verdict is the one of the page: looked up in a trust list of 500 keys in the database, checked for revocation, compared with a
profile. The floor is the one thing that can't be done without, in the same run: verifying the signature. Prints one JSON object.

    python -m bench.certificates [--rounds 20] [--mutations 10000]
"""

import argparse
import datetime as dt
import io
import json
import statistics
import time
from collections.abc import Callable
from random import Random

from bench.scratch import database  # isort: skip - the settings come first
from PIL import Image

from recruitment.health.certificates.envelope import open_envelope
from recruitment.health.certificates.pictures import text_in_picture
from recruitment.health.certificates.signing import verify
from recruitment.health.services.certificates import judge
from tests.factories.certificates import Issuer, qr_picture, rsa_issuer, vaccination
from tests.factories.health import TrustedKeyFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory
from tests.recruitment.health.certificates.mutations import mutation
from tests.recruitment.health.certificates.vectors import all_vectors

KEYS = 500
SEED = 5772


def figures(*, rounds: int = 20) -> dict:
    """Milliseconds, 95th percentiles over all certificates and rounds, in a database made for it."""
    with database():
        return measure(rounds=rounds)


def measure(*, rounds: int) -> dict:
    """The same in the database at hand, which keeps what was made."""
    ProvinceFactory(home=True)
    worker, issuers = WorkerFactory(), [Issuer(), rsa_issuer()]
    for issuer in issuers:
        TrustedKeyFactory(issuer=issuer)
    for number in range(KEYS - len(issuers)):  # of real size, without the cost of making five hundred keys
        TrustedKeyFactory(issuer=issuers[0], fingerprint=f"{number:064x}")
    at = dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)
    texts = [issuer.issue(vaccination()) for issuer in issuers]
    photos = [_photo(text, angle) for text in texts for angle in (0, 17, 90)]
    assert all(judge(text, worker=worker, at=at).proves for text in texts)
    verdicts = _milliseconds(lambda text: judge(text, worker=worker, at=at), texts, rounds * 10)
    signatures = _milliseconds(lambda text: verify(open_envelope(text), [issuer.key for issuer in issuers]), texts, rounds * 10)
    from_photo = _milliseconds(lambda photo: judge(text_in_picture(photo), worker=worker, at=at), photos, rounds)
    screenshots = _milliseconds(lambda photo: judge(text_in_picture(photo), worker=worker, at=at), [_screenshot(text) for text in texts], rounds)
    return {
        "certificate_p95_ms": _p95(verdicts),
        "certificate_signature_p95_ms": _p95(signatures),
        "certificate_screenshot_p95_ms": _p95(screenshots),
        "certificate_photo_12mp_p95_ms": _p95(from_photo),
    }


def mutations(count: int) -> dict:
    """Each mutated vector with its own key and moment; needs the public vectors beside the project."""
    vectors, random = all_vectors(), Random(SEED)
    if not vectors:
        return {"certificate_mutations": 0}
    verified, slowest = 0, 0.0
    for vector in random.choices(vectors, k=count):
        text, begun = mutation(vector, random), time.perf_counter()
        verified += vector.read(text).ok
        slowest = max(slowest, time.perf_counter() - begun)
    return {"certificate_mutations": count, "certificate_mutations_verified": verified, "certificate_mutation_slowest_ms": round(slowest * 1000, 1)}


def _milliseconds(action: Callable, arguments: list, rounds: int) -> list[float]:
    action(arguments[0])
    times = []
    for argument in arguments * rounds:
        begun = time.perf_counter()
        action(argument)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def _photo(text: str, angle: float) -> bytes:
    """Twelve megapixels with the code in a third of them, as a phone writes it."""
    picture = Image.new("L", (4000, 3000), 220)
    picture.paste(qr_picture(text).resize((1700, 1700)).rotate(angle, expand=True, fillcolor=220), (900, 400))
    return _encoded(picture.convert("RGB"), "JPEG", quality=90)


def _screenshot(text: str) -> bytes:
    screen = Image.new("L", (1080, 2340), 255)
    screen.paste(qr_picture(text).resize((900, 900)), (90, 500))
    return _encoded(screen, "PNG")


def _encoded(picture: Image.Image, form: str, **options) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--mutations", type=int, default=10_000)
    chosen = parser.parse_args()
    found = figures(rounds=chosen.rounds)
    print(json.dumps({"bench": "certificates", **found, **mutations(chosen.mutations)}))


if __name__ == "__main__":
    main()
