"""What a visit weighs and how long the server takes, on a running system with 2,000 invented workers and 400 openings.

A first visit is the document with all that it links, as sent (compressed); a later one is the document alone. Times are medians
of 30, and `ratio` is to /healthz, which only says that the process lives. The last line is one JSON object.
"""

import http.client
import json
import re
import statistics
import time
import uuid
from contextlib import closing
from datetime import date
from urllib.parse import urlencode

from tests.runtime.running import RunningSystem

ROUNDS = 30
LINKED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script[^>]* src|img src)="(/[^"]+)"')
BUDGETS = {"first_visit_bytes": 60_000, "first_visit_requests": 6, "later_bytes": 18_000}  # of a job seeker's page


class Visitor:
    """Somebody with cookies; a connection for each request."""

    def __init__(self, port: int):
        self.port, self.cookies = port, {}

    def send(self, method: str, path: str, fields: dict[str, str] | None = None, *, packed: bool = False) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Host": f"localhost:{self.port}", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if packed:
            headers["Accept-Encoding"] = "gzip"
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, urlencode(fields or {}), headers)
            answer = connection.getresponse()
            body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return answer, body

    def post(self, path: str, **fields: str) -> str:
        """Where the answer leads."""
        answer, _body = self.send("POST", path, {"csrfmiddlewaretoken": self.cookies["csrftoken"], **fields})
        return answer.headers["Location"]

    def first(self, path: str, pattern: str) -> str:
        """The first thing of its kind that a page names."""
        return re.search(pattern, self.send("GET", path)[1].decode())[1]


def measure(port: int) -> dict:
    stranger, worker, recruiter, officer = (Visitor(port) for _ in range(4))
    for visitor, role in ((worker, "worker"), (recruiter, "recruiter"), (officer, "labour_officer")):
        visitor.send("GET", "/demo/")
        visitor.post("/demo/sign-in/", role=role)
    opening = stranger.first("/", r'href="(/jobs/\d+/)')
    board = recruiter.first("/openings/", r'href="(/openings/\d+/)')
    receipt = worker.post(f"{opening}apply/", starts_on=f"{date.today():%d/%m/%Y}", key=str(uuid.uuid4()))  # noqa: DTZ011
    if not receipt.startswith("/applications/"):
        raise RuntimeError(f"applying led to {receipt}")
    pages = {
        "openings": (stranger, "/"),
        "openings found by words": (stranger, "/?q=cong+nhan+may"),
        "one opening": (stranger, opening),
        "application": (stranger, f"{opening}apply/"),
        "receipt": (worker, receipt),
        "own applications": (worker, "/my/applications/"),
        "recruiter's board": (recruiter, "/openings/"),
        "ranked candidates": (recruiter, f"{board}candidates/"),
        "shortages": (officer, "/shortages/"),
    }
    floor = median_ms(stranger, "/healthz")
    return {"healthz_ms": round(floor, 2), "budgets": BUDGETS, "pages": {name: of_page(*place, floor) for name, place in pages.items()}}


def of_page(visitor: Visitor, path: str, floor: float) -> dict:
    answer, document = visitor.send("GET", path)
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} for {path}")
    linked = sorted(set(LINKED.findall(document.decode())))
    sizes = [len(visitor.send("GET", address, packed=True)[1]) for address in [path, *linked]]
    milliseconds = median_ms(visitor, path)
    return {
        "first_visit_bytes": sum(sizes),
        "first_visit_requests": len(sizes),
        "later_bytes": sizes[0],
        "ms": round(milliseconds, 1),
        "ratio": round(milliseconds / floor, 1),
    }


def median_ms(visitor: Visitor, path: str) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        visitor.send("GET", path, packed=True)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    system = RunningSystem("bench-pages")
    system.clear()
    try:
        system.start(seed="--workers 2000 --openings 400")
        figures = measure(system.port)
    finally:
        system.clear()
    for name, page in figures["pages"].items():
        print(
            f"  {name:<26} {page['first_visit_bytes'] / 1000:5.1f} KB in {page['first_visit_requests']} requests, "
            f"then {page['later_bytes'] / 1000:4.1f} KB; {page['ms']:6.1f} ms, {page['ratio']:5.1f} x /healthz"
        )
    print(json.dumps({"bench": "pages", **figures}))


if __name__ == "__main__":
    main()
