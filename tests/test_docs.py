"""What README and docs name exists, and every setting and command is named."""

import re
from pathlib import Path

import click
import pytest

from assistant.__main__ import cli
from assistant.cli.group import COMMANDS
from assistant.core.settings import REPOSITORY, Settings

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
ROOTS = ("assistant", "tests", "docs", "knowledge", ".github", ".streamlit", ".ci")
MADE = ("knowledge/uploads", "build")  # by the program, not in the repository
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())


def anchors(page: Path) -> set[str]:
    """The anchors that a host of repositories gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXT[page]):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page):
    named = re.findall(r"`((?:{})/[\w./\-]*)`".format("|".join(map(re.escape, ROOTS))), TEXT[page])
    named += re.findall(r"python (tests/[\w/]+\.py)", TEXT[page])
    gone = [name for name in named if not name.startswith(MADE) and not (REPOSITORY / name).exists()]
    assert gone == []


def test_every_file_of_the_way_through_the_house_exists():
    """docs/architecture.md names files within their rooms."""
    named = set(re.findall(r"`([a-z_0-9]+/[\w/]+\.py)`", TEXT[REPOSITORY / "docs" / "architecture.md"]))
    rooms = [REPOSITORY / "assistant", *(REPOSITORY / "assistant").iterdir(), REPOSITORY]
    assert named and [name for name in named if not any((room / name).is_file() for room in rooms)] == []


def test_every_setting_is_named_and_every_name_is_a_setting():
    settings = {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}
    assert settings - set(re.findall(r"ASSISTANT_[A-Z_]+", TEXT[REPOSITORY / "docs" / "configuration.md"])) == set()
    assert set(re.findall(r"\bASSISTANT_[A-Z]+(?:_[A-Z]+)*\b", ALL)) - settings - {"ASSISTANT_REQUIRE_BROWSER"} == set()


def test_every_command_is_named_and_every_name_is_a_command():
    named = set(re.findall(r"python -m assistant ([a-z]+)", ALL))
    assert named - set(COMMANDS) == set()
    usage = TEXT[REPOSITORY / "docs" / "usage.md"]
    assert [name for name in COMMANDS if not re.search(rf"`{name}[ `\[]", usage)] == []


def test_every_option_that_is_named_with_its_command_exists():
    context = click.Context(cli)
    wrong = []
    for line in re.findall(r"python -m assistant ([^`\n|]+)", ALL):
        words = line.partition("#")[0].split()
        command = cli.get_command(context, words[0]) if words[0] in COMMANDS else None
        known = _options(command) if command else set()
        options = [word.partition("=")[0].rstrip(").,;:]") for word in words[1:] if word.startswith("--")]
        wrong += [(words[0], option) for option in options if option not in known]
    assert wrong == []


def _options(command: click.Command) -> set[str]:
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    for each in getattr(command, "commands", {}).values():
        known |= _options(each)
    return known | {"--help"}


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z][a-z\-]*):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z\-]+)", ALL)) - targets == set()
