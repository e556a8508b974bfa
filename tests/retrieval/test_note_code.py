"""The Python of the shipped notes runs as it stands, and prints what it says it prints."""

import ast

import pytest
from note_code import Block, Job, run_notes, says
from shipped import KNOWLEDGE

from assistant.retrieval.notes.checking.check import read_folder


@pytest.fixture(scope="module")
def sheets():
    return read_folder(KNOWLEDGE).sheets


def told(failures) -> str:
    return "\n".join(f"{each.file}:{each.line}: {each.section}: {each.reason}" for each in failures)


@pytest.mark.slow
def test_every_block_that_is_not_marked_runs_and_prints_what_it_says(sheets):
    """Blocks of a section run in their order in one namespace; ```python no-run is for a GPU, a download or minutes."""
    jobs = []
    for sheet in sheets:
        found = [(part.heading, code) for part in sheet.sections for code in part.code if code.runs]
        blocks = tuple(Block(heading, code.line, code.text) for heading, code in found)
        if blocks:
            jobs.append(Job(str(KNOWLEDGE / sheet.path), blocks))
    failures = run_notes(jobs)
    assert not failures, told(failures)


def test_blocks_that_do_not_run_parse_all_the_same(sheets):
    broken = []
    for sheet in sheets:
        for code in (code for part in sheet.sections for code in part.code if code.is_python and not code.runs):
            try:
                ast.parse(code.text)
            except SyntaxError as fault:
                broken.append(f"{sheet.path}:{code.line}: {fault.msg}")
    assert not broken, "\n".join(broken)


def block(text: str, section: str = "A", line: int = 3) -> Block:
    return Block(section, line, text)


@pytest.mark.slow
def test_what_is_wrong_with_a_block_is_said_with_its_place(tmp_path):
    """A wrong value, an exception, an endless loop, the network; the other blocks and notes run on."""
    wrong = Job(
        "wrong.md",
        (
            block("x = 1\nprint(x)  # 2\n"),
            block("print(x + 1)  # 2\nopen('kept.txt', 'w').write('x')\n"),
            block("y = 1\n\nprint(x)\n", section="B", line=20),
            block("import socket\nsocket.create_connection(('127.0.0.1', 9))\n", section="C", line=30),
        ),
    )
    endless = Job("endless.md", (block("z = 1\n"), block("while True:\n    pass\n", line=9)))
    right = Job("right.md", (block("print([1,\n  2])  # [1, 2]\n"), block("raise SystemExit", section="D")))
    failures = {(each.file, each.line): each.reason for each in run_notes([endless, wrong, right], cpu_seconds=3)}
    assert failures.keys() == {("wrong.md", 3), ("wrong.md", 20), ("wrong.md", 30), ("endless.md", 9), ("right.md", 3)}
    assert failures["wrong.md", 3] == "says '2', prints '1'"
    assert failures["wrong.md", 20] == "line 22: NameError: name 'x' is not defined"
    assert "tried to reach" in failures["wrong.md", 30] and "too long" in failures["endless.md", 9]
    assert "SystemExit" in failures["right.md", 3]


@pytest.mark.parametrize(
    "text, lines",
    [
        ("print(1)  # 1", ["1"]),
        ("print('# no')", None),
        ("print(\n  2,\n)  # 2\nx = 1  # not printed", ["2"]),
        ("for x in 'ab':\n    print(x)  # a", ["a"]),
        ("print(1)\nprint(2)  # two, three", ["two, three"]),
    ],
)
def test_a_block_says_what_it_prints_in_the_comments_behind_its_prints(text, lines):
    assert says(text) == lines
