"""An entry pass at a checkpoint without a network: how long the page takes for one scan, and how large everything is.

Chromium, its processor throttled four times as a cheap phone's; 10,000 live passes taken along. Prints one JSON object (its last line):
`verify_p95_ms` for a scanned code (signature, revocation, verdict), `first_ms` for the very first, `code_p95_ms` for a typed one.
"""

import datetime as dt
import gzip
import json
import os
import random
import statistics
from pathlib import Path

from playwright.sync_api import sync_playwright

from recruitment.travel.pass_text import Claims, new_code, new_key_pair, sign
from recruitment.travel.revocations import CodeRow, code_rows, pack, revocations

LIVE, THROTTLE, SCANS = 10_000, 4, 200
SCRIPT = Path(__file__).resolve().parent.parent / "static" / "js" / "entry-pass.js"
TAKE_ALONG = """
async ({ keys, first, last, bits, codes, day, destinations }) => {
  window.keys = keys;
  window.pack = { day, destinations, list: { first, last, bits: await EntryPass.unpack(bits) }, codes: await EntryPass.unpack(codes) };
}
"""
CHECK = """
async ([texts, now]) => {
  const times = [], verdicts = {};
  for (const text of texts) {
    const begun = performance.now();
    const scanned = text.startsWith(EntryPass.PREFIX);
    const claims = await (scanned ? EntryPass.read(text, keys) : EntryPass.byCode(text, pack));
    const known = { ...claims, typed: !scanned, revoked: EntryPass.isRevoked(pack.list, claims.number), listedAt: now };
    const [verdict] = EntryPass.judge(known, { leaving: false, now, today: EntryPass.dayOf(now) });
    times.push(performance.now() - begun);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  return { times, verdicts };
}
"""


def measure() -> dict:
    pair, day, chance = new_key_pair(), dt.date(2026, 11, 24), random.Random(2021)
    now = int(dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC).timestamp() * 1000)
    numbers = range(1, LIVE + 1)
    revoked = set(chance.sample(numbers, LIVE // 50))
    codes = {number: new_code() for number in numbers}
    until = day + dt.timedelta(days=30)
    rows = (CodeRow(number, codes[number], day, until, number % 60) for number in numbers if number not in revoked)
    table = code_rows(rows, first=1, last=LIVE, day=day)
    scanned = [sign(_claims(chance.randint(1, LIVE), day, until), kid=pair.kid, private=pair.private) for _scan in range(SCANS)]
    typed = [codes[number] for number in chance.sample([number for number in numbers if number not in revoked], SCANS)]
    taken = {
        "keys": {pair.kid: pair.public}, "first": 1, "last": LIVE, "bits": pack(revocations(first=1, last=LIVE, revoked=revoked).bits),
        "codes": pack(table), "day": day.isoformat(), "destinations": [f"Nhà máy {number}" for number in range(60)],
    }  # fmt: skip
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page()
        page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto("http://localhost/")
        page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        page.evaluate(TAKE_ALONG, taken)
        scans, codes_typed = page.evaluate(CHECK, [scanned, now]), page.evaluate(CHECK, [typed, now])
        browser.close()
    half = pack(revocations(first=1, last=LIVE, revoked=chance.sample(numbers, LIVE // 2)).bits)
    return {
        "bench": "pass",
        "throttle": THROTTLE,
        "scans": SCANS,
        "verdicts": scans["verdicts"],
        "first_ms": round(scans["times"][0], 1),
        "verify_p50_ms": round(statistics.median(scans["times"]), 2),
        "verify_p95_ms": round(statistics.quantiles(scans["times"], n=20)[18], 2),
        "code_p95_ms": round(statistics.quantiles(codes_typed["times"], n=20)[18], 2),
        "pass_characters": max(map(len, scanned)),
        "revocations_bytes": len(taken["bits"]),
        "revocations_bytes_half_revoked": len(half),
        "codes_bytes": len(gzip.compress(taken["codes"].encode())),
    }


def _claims(number: int, day: dt.date, until: dt.date) -> Claims:
    return Claims("19", number, "N. T. Thử · 1998", "Nhà máy Sông Công II", "20B-00077 26/11 06:00", day, until)


if __name__ == "__main__":
    print(json.dumps(measure()))
