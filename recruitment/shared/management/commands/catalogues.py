"""Compile the catalogues of translations; `--check` names every text that has no English."""

import re
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

PYTHON_ROOTS = ["recruitment", "search", "demo"]
NOT_PAGES = {"migrations", "__pycache__"}
KEYWORDS = {
    name: positions
    for plain, positions in {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}.items()
    for name in (plain, f"{plain}_lazy", f"{plain}_noop")
} | {"_": None}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="list texts without an English translation, by capability; exit 1 if there are any")

    def handle(self, *, check: bool, verbosity: int, **options):
        compiled = compile_changed(settings.BASE_DIR / "locale")
        if verbosity:
            self.stdout.write(f"{len(compiled)} catalogue(s) compiled")
        if not check:
            return
        missing = untranslated(settings.BASE_DIR)
        for capability, texts in sorted(missing.items()):
            self.stdout.write(f"\n{capability}: {len(texts)}")
            for text, places in sorted(texts.items()):
                self.stdout.write(f"  {text!r}  ({', '.join(sorted(places))})")
        if missing:
            raise CommandError(f"{sum(map(len, missing.values()))} text(s) without English")


def compile_changed(root: Path) -> list[Path]:
    """Write the .mo of every .po that is newer; return those written."""
    sources = [source for source in sorted(root.glob("*/*/LC_MESSAGES/*.po")) if _is_stale(source)]
    for source in sources:
        compiled = BytesIO()
        with source.open("rb") as text:
            write_mo(compiled, read_po(text, locale=source.parts[-3], abort_invalid=True))
        unfinished = source.with_suffix(".mo.new")
        unfinished.write_bytes(compiled.getvalue())
        unfinished.replace(source.with_suffix(".mo"))  # a process that starts meanwhile reads the old one or the new one, whole
    return sources


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def untranslated(root: Path) -> dict[str, dict[str, set[str]]]:
    """By capability: each text of Python or a template that no English catalogue translates, with the files that use it."""
    known = english(root / "locale")
    missing: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in source_files(root):
        for key in texts_of(path):
            if key not in known:
                missing[capability_of(path.relative_to(root))][key[1]].add(str(path.relative_to(root)))
    return missing


def english(root: Path) -> set[tuple[str | None, str]]:
    """(context, text) of everything translated for good; a fuzzy guess does not count, nor does half a plural."""
    known = set()
    for source in root.glob("*/en/LC_MESSAGES/*.po"):
        with source.open("rb") as text:
            for message in read_po(text, locale="en"):
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                if message.id and not message.fuzzy and all(forms):
                    known.add((message.context, _singular(message.id)))
    return known


def source_files(root: Path) -> Iterator[Path]:
    for folder in PYTHON_ROOTS:
        yield from (path for path in sorted((root / folder).rglob("*.py")) if not NOT_PAGES & set(path.parts))
    yield from sorted((root / "templates").rglob("*.html"))
    yield from sorted((root / "templates").rglob("*.txt"))


def texts_of(path: Path) -> set[tuple[str | None, str]]:
    """(context, text) of every translatable text of one file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = "\n".join(calls_in_template(source, path))
    found = extract("python", BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    return {(context, _singular(message)) for _line, message, _comments, context in found}


TEMPLATE_CALL = re.compile(
    r"""(?<![\w.])(?:n?p?gettext|_)\((?:u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:,\s*)?)+(?:count)?\)""",
)


def calls_in_template(source: str, path: Path) -> list[str]:
    """The gettext calls that Django's own rewriting of templates finds; the words between them are blanked out by it."""
    return TEMPLATE_CALL.findall(templatize(source, origin=str(path)))


def capability_of(path: Path) -> str:
    """recruitment/health/… and templates/health/… belong to health; what is in no folder of its own is shared."""
    parts = path.parts[1:] if path.parts[0] in ("recruitment", "templates") else path.parts
    return parts[0] if len(parts) > 1 and parts[0] not in ("components", "errors") else "shared"


def _singular(message: str | tuple) -> str:
    return message[0] if isinstance(message, (tuple, list)) else message
