"""``notes check`` and ``notes due`` on the command line."""

import json
import sys

import pytest
from fakes import write_notes

from assistant.__main__ import main

GOOD = """---
title: {0}
reviewed: 2026-11-29
volatile:
  - "Which {0}?"
---

## Which {0}?

The {0} of 2026 is good.

## See also

- [Other]({1}.md)
- [Third](third.md)
"""


@pytest.fixture
def folder(tmp_path):
    third = GOOD.format("third", "one").replace("[Third](third.md)", "[Other](two.md)")
    return write_notes(tmp_path / "k", one=GOOD.format("one", "two"), two=GOOD.format("two", "one"), third=third)


@pytest.fixture
def run(monkeypatch, capsys, folder):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["assistant", "notes", *map(str, arguments), "--knowledge", str(folder)])
        status = main()
        return status, *capsys.readouterr()

    return call


def test_a_sound_folder_gives_counts_and_status_0(run):
    status, out, err = run("check")
    assert (status, err) == (0, "") and out.startswith("3 notes\n") and "pronoun-start" in out


def test_what_is_wrong_is_printed_by_rule_with_its_place(run, folder):
    write_notes(folder, sub__bad="## A thing\n\nIt is [there](gone.md).\n")
    status, out, err = run("check")
    assert status == 1 and "failed: pronoun-start, see-also, dead-link" in err
    assert "pronoun-start: a sentence names its subject\n  sub/bad.md:3: It is [there](gone.md).\n" in out
    assert "heading: a heading is a question as people type it\n  sub/bad.md:1: A thing\n" in out
    assert "sub/bad.md" not in run("check", "--counts")[1]
    assert run("check", folder / "one.md")[0] == 0 and run("check", folder / "sub")[1].startswith("sub") is False


def test_one_rule_can_be_asked_for_and_json_holds_all(run, folder):
    write_notes(folder, bad="## A thing\n\nIt is [there](gone.md).\n")
    status, out, _ = run("check", "--rule", "heading", "--json")
    record = json.loads(out)
    assert status == 0 and record["counts"] == {"heading": 1} and record["broken"] == [] and record["notes"] == 4
    assert record["findings"] == [{"rule": "heading", "file": "bad.md", "line": 1, "sentence": "A thing"}]
    status, _, err = run("check", "--rule", "nonsense")
    assert status == 1 and "there is no rule 'nonsense'" in err


def test_strict_holds_wording_to_the_budgets_of_the_shipped_notes(run, folder):
    headings = "\n\n".join(f"## Thing {at}\n\nThing {at} is here." for at in range(41))
    write_notes(folder, many=f"{headings}\n\n## See also\n\n- [One](one.md)\n- [Two](two.md)\n")
    assert run("check")[0] == 0
    status, _, err = run("check", "--strict")
    assert status == 1 and err == "failed: heading\n"


def test_a_note_from_anywhere_can_be_checked(run, tmp_path):
    file = tmp_path / "mine.md"
    file.write_text("## What is it?\n\nIt is mine.\n")
    status, out, _ = run("check", file)
    assert status == 1 and "  mine.md:3: It is mine.\n" in out and "1 notes" in out
    assert "does not exist" in run("check", tmp_path / "none.md")[2]


def test_sections_that_are_due_are_listed(run, folder):
    write_notes(folder, old=GOOD.format("old", "one").replace("2026-11-29", "2020-01-31"))
    status, out, err = run("due")
    assert (status, err) == (0, "") and "2020-01-31  old.md:8: Which old?\n" in out
    record = json.loads(run("due", "--json", "--days", "180")[1])
    assert record["due"][0] == {"note": "old.md", "line": 8, "heading": "Which old?", "reviewed": "2020-01-31"}
