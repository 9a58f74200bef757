"""`manage.py read_certificate`: one certificate, or many."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories.certificates import DAY, NOW, Issuer, qr_picture, vaccination
from tests.factories.health import TrustedKeyFactory
from tests.harness.testdata import skip_without
from tests.recruitment.health.certificates.vectors import all_vectors

ROOT = Path(__file__).resolve().parents[4]
ISSUER = Issuer()
TEXT = ISSUER.issue(vaccination())


@pytest.fixture
def trust(tmp_path):
    directory = tmp_path / "trust"
    directory.mkdir()
    (directory / "vn.pem").write_text(Issuer().pem + ISSUER.pem)
    (directory / "README").write_text("no certificate")
    return directory


def answer(capsys, *arguments) -> tuple[dict, int]:
    """The one JSON object printed, and the exit code."""
    code = 0
    try:
        call_command("read_certificate", *map(str, arguments))
    except SystemExit as ended:
        code = ended.code
    return json.loads(capsys.readouterr().out), code


def file(tmp_path, data: str | bytes) -> Path:
    path = tmp_path / "certificate"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def picture(tmp_path, form="PNG") -> Path:
    path = tmp_path / "photo"
    qr_picture(TEXT).save(path, form)
    return path


def test_a_certificate_in_a_text_file_is_read(capsys, tmp_path, trust):
    said, code = answer(capsys, "--trust", trust, "--at", NOW.isoformat(), file(tmp_path, f"{TEXT}\r\n"))
    assert code == 0 and set(said) == {"ok", "reason", "issuer", "kind", "facts"}
    assert (said["ok"], said["reason"], said["issuer"], said["kind"]) == (True, None, "VN", "vaccination")
    assert said["facts"]["on"] == "2026-07-01" and said["facts"]["name"] == "Nông Thị Thử" and said["facts"]["birth_date"] == "1998-05-06"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_picture_is_known_by_its_content_not_its_name(capsys, tmp_path, trust, form):
    said, code = answer(capsys, "--trust", trust, "--at", "2026-11-24T02:00:00", picture(tmp_path, form))
    assert (said["ok"], code) == (True, 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1"), None),
        ("", "not_a_certificate"),
        (b"\xff\xd8\xff", "picture_unreadable"),
        (b"\x00\xfe\xff", "not_a_certificate"),
    ],
)
def test_what_does_not_count_ends_with_1_and_a_reason(capsys, tmp_path, trust, data, reason):
    said, code = answer(capsys, "--trust", trust, "--at", NOW.isoformat(), file(tmp_path, data))
    assert (said["ok"], code, said["facts"]) == (False, 1, None)
    assert said["reason"] == reason or reason is None


def test_the_moment_decides(capsys, tmp_path, trust):
    later = (NOW + 31 * DAY).isoformat()
    said, code = answer(capsys, "--trust", trust, "--at", later, file(tmp_path, TEXT))
    assert (said["reason"], code) == ("expired", 1)


def test_an_issuer_not_in_the_directory_is_unknown(capsys, tmp_path, trust):
    said, code = answer(capsys, "--trust", trust, "--at", NOW.isoformat(), file(tmp_path, Issuer().issue(vaccination())))
    assert (said["ok"], said["reason"], code, said["facts"]["number"]) == (False, "unknown_issuer", 1, 2)


def test_a_file_that_is_not_there_is_answered_too(capsys, tmp_path, trust):
    assert answer(capsys, "--trust", trust, tmp_path / "missing") == (
        {"ok": False, "reason": "unreadable_file", "issuer": None, "kind": None, "facts": None},
        1,
    )


@pytest.mark.django_db
def test_without_a_directory_the_managed_list_counts(capsys, tmp_path):
    TrustedKeyFactory(issuer=ISSUER)
    said, code = answer(capsys, file(tmp_path, TEXT))
    assert (said["ok"], code) == (True, 0)


def test_neither_file_nor_batch_or_both_is_a_mistake(tmp_path):
    for arguments in ([], ["--batch", "-", "x"], ["--batch", str(tmp_path / "missing")], ["--trust", str(tmp_path / "missing"), "x"]):
        with pytest.raises(CommandError):
            call_command("read_certificate", *arguments)


def run_batch(lines: list[str]) -> list[dict]:
    command = [sys.executable, "manage.py", "read_certificate", "--batch", "-"]
    environment = {**os.environ, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "recruitment.settings", "DATABASE_URL": "postgres:///nowhere?host=/nowhere"}
    run = subprocess.run(command, cwd=ROOT, env=environment, input="\n".join(lines), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_batch_answers_each_line_in_order_even_what_is_no_line_of_a_batch():
    good = {"payload": TEXT, "trust": [base64.b64encode(ISSUER.der).decode()], "at": NOW.isoformat()}
    lines = [
        json.dumps(good),
        "nonsense",
        "",
        "[]",
        "[" * 50_000,
        json.dumps(good | {"payload": 3}),
        json.dumps(good | {"at": "never"}),
        json.dumps(good | {"trust": "all"}),
        json.dumps(good | {"trust": []}),
        json.dumps(good | {"trust": ["@", "AAAA", *good["trust"]]}),
        '{"payload": "' + "x" * 3_000_000 + '"}',
        json.dumps({"payload": TEXT}),
        json.dumps(good),
    ]
    reasons = [said["reason"] for said in run_batch(lines)]
    assert reasons == [None, *["malformed_line"] * 7, "unknown_issuer", None, "malformed_line", "trust_list_unavailable", None]


def test_a_batch_of_all_vectors_comes_out_as_expected():
    skip_without("dgc")
    vectors = all_vectors()
    said = run_batch([json.dumps({"payload": vector.text, "trust": [vector.certificate], "at": vector.clock}) for vector in vectors])
    assert [one["ok"] for one in said] == [all(vector.expected.values()) for vector in vectors]


def test_a_batch_answers_a_line_before_the_next_one_comes():
    command = [sys.executable, "manage.py", "read_certificate", "--batch", "-"]
    environment = {**os.environ, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "recruitment.settings"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as batch:
        for _line in range(2):
            batch.stdin.write('{"payload": "HC1:", "trust": []}\n')
            assert json.loads(batch.stdout.readline())["reason"] == "compression"
        batch.stdin.close()
