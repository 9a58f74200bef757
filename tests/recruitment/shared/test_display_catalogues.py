"""Every text has its English, and the command that says which have not can be believed."""

import gettext

import pytest
from django.core.management import CommandError, call_command

from recruitment.shared.management.commands import catalogues

CATALOGUE = """
msgid ""
msgstr "Language: en\\nContent-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Tìm việc"
msgstr "Find work"

#, fuzzy
msgid "Đoán"
msgstr "A guess"

msgid "%(count)s việc"
msgid_plural "%(count)s việc"
msgstr[0] "%(count)s job"
msgstr[1] ""
"""


@pytest.fixture
def project(tmp_path):
    catalogue = tmp_path / "locale/health/en/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    for folder in ("recruitment/health", "templates/health"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def write(project, path, text):
    (project / path).write_text(text, encoding="utf-8")


def test_a_text_without_english_is_named_with_its_capability_and_file(project):
    write(project, "recruitment/health/views.py", '_("Tìm việc")\ngettext_lazy("Thẻ xanh")\n_("Đoán")')
    write(
        project,
        "templates/health/own.html",
        "{% translate 'Tìm việc' %} Chữ {% if a %}'x'{% endif %}\n  {% blocktranslate trimmed %}\n  Đến\n  ngày {{ day }}\n  {% endblocktranslate %}",
    )
    assert catalogues.untranslated(project) == {
        "health": {
            "Thẻ xanh": {"recruitment/health/views.py"},
            "Đoán": {"recruitment/health/views.py"},
            "Đến ngày %(day)s": {"templates/health/own.html"},
        }
    }


def test_half_a_plural_is_no_translation(project):
    write(
        project, "templates/health/own.html", "{% blocktranslate count count=n %}{{ count }} việc{% plural %}{{ count }} việc{% endblocktranslate %}"
    )
    assert list(catalogues.untranslated(project)["health"]) == ["%(count)s việc"]


def test_a_catalogue_is_compiled_when_it_changed_and_not_otherwise(project):
    assert len(catalogues.compile_changed(project / "locale")) == 1
    assert catalogues.compile_changed(project / "locale") == []
    with (project / "locale/health/en/LC_MESSAGES/django.mo").open("rb") as compiled:
        english = gettext.GNUTranslations(compiled)
    assert english.gettext("Tìm việc") == "Find work"
    assert english.gettext("Đoán") == "Đoán"


def test_every_text_of_the_project_has_english(capsys):
    try:
        call_command("catalogues", "--check", verbosity=0)
    except CommandError as lacking:
        pytest.fail(f"{lacking}\n{capsys.readouterr().out}")
