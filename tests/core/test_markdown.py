"""Markdown is taken apart by the parser, and formulas, tables and code come out as they went in."""

import pytest

from assistant.core.markdown import blocks, plain_text, sentences, split_sentences

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"
CODE = "```python\nloss = f(x)  # why? yes.\n```"
FORMULA = "$$\nL = \\sum_i \\hat{y}_i\n$$"


def test_blocks_keep_source_text_kind_level_and_line():
    found = blocks(f"# Top *title*\n\nOne\ntwo.\n\n{TABLE}\n\n{CODE}\n\n{FORMULA}\n")
    assert [(block.kind, block.line, block.level, block.text) for block in found] == [
        ("heading_open", 0, 1, "Top title"),
        ("paragraph_open", 2, 0, "One\ntwo."),
        ("table_open", 5, 0, TABLE),
        ("fence", 9, 0, CODE),
        ("math_block", 13, 0, FORMULA),
    ]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_foreign_line_ends_give_the_same_blocks(newline):
    source = f"# A\n\nText\nmore\n\n{TABLE}\n"
    assert blocks(source.replace("\n", newline)) == blocks(source)


def test_a_heading_inside_code_is_no_heading():
    assert [block.level for block in blocks("```\n# no\n```\n")] == [0]


@pytest.mark.parametrize(
    "source, read",
    [
        ("**Bold** and *slanted* `code` [link](http://x)", "Bold and slanted code link"),
        ("Rate $1-p$ here", "Rate 1-p here"),
        ("- one\n- two", "one\ntwo"),
        (CODE, "loss = f(x)  # why? yes."),
        (FORMULA, "L = \\sum_i \\hat{y}_i"),
        ("![a picture](http://x/y.png)", "a picture"),
        ("a\nb", "a b"),
        ("", ""),
    ],
)
def test_plain_text_is_what_a_reader_reads_aloud(source, read):
    assert plain_text(source) == read


def test_sentences_come_from_prose_and_lists_but_not_from_headings_tables_code_and_formulas():
    source = f"## Head. Line.\n\nFirst one. Second\none.\n\n- A point. Another.\n\n{TABLE}\n\n{CODE}\n\n{FORMULA}\n"
    assert sentences(source) == ("First one.", "Second one.", "A point.", "Another.")


@pytest.mark.parametrize(
    "text, parts",
    [
        ("Use `a. B` now. Then stop.", ["Use `a. B` now.", "Then stop."]),
        ("See [it](http://x.y/a. B). Then stop.", ["See [it](http://x.y/a. B).", "Then stop."]),
        ("Let $p = 0.5. Q$ hold. Then stop.", ["Let $p = 0.5. Q$ hold.", "Then stop."]),
        ("Rates e.g. 0.1 work. Then stop.", ["Rates e.g. 0.1 work.", "Then stop."]),
        ("It costs $5. It costs $6.", ["It costs $5.", "It costs $6."]),
    ],
)
def test_formulas_code_links_and_abbreviations_do_not_end_a_sentence(text, parts):
    assert split_sentences(text) == parts
