"""Generated text is cut into units while it streams, and joined again it is the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding.units import Cutter, cut

MARKDOWN = """Sure, here is the answer:

1. **Dropout** zeroes units, e.g. half. It uses $p=0.5$. Then
   wrapped text goes on.
2. Second item
    - nested item
- A bullet. Two sentences.

## A heading here
```python
import torch

x = 1. Y = 2.
```
| a | b |
|---|---|
| 1 | 2 |

$$
x = y
$$
> Quoted. Really?
A title line
Another line without end"""


def streamed(text, step):
    """The units of a text that arrives a few characters at a time."""
    cutter = Cutter()
    units = [unit for at in range(0, len(text), step) for unit in cutter.feed(text[at : at + step])]
    return units + cutter.finish()


def test_sentences_items_code_tables_and_formulas_are_units():
    assert [(unit.kind, unit.text) for unit in cut(MARKDOWN)] == [
        ("prose", "Sure, here is the answer:"),
        ("prose", "1. **Dropout** zeroes units, e.g. half."),
        ("prose", "It uses $p=0.5$."),
        ("prose", "Then\n   wrapped text goes on."),
        ("prose", "2. Second item"),
        ("prose", "- nested item"),
        ("prose", "- A bullet."),
        ("prose", "Two sentences."),
        ("heading", "## A heading here"),
        ("code", "```python\nimport torch\n\nx = 1. Y = 2.\n```"),
        ("prose", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("block", "$$\nx = y\n$$"),
        ("prose", "> Quoted."),
        ("prose", "Really?"),
        ("prose", "A title line"),
        ("prose", "Another line without end"),
    ]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 11, 1000])
def test_text_that_arrives_in_pieces_gives_the_same_units(step):
    assert streamed(MARKDOWN, step) == cut(MARKDOWN)


def test_a_unit_is_given_out_when_something_follows_it_and_the_last_one_at_the_end():
    cutter = Cutter()
    assert cutter.feed("One is done.") == [] and cutter.feed(" ") == []
    assert [unit.text for unit in cutter.feed("Two")] == ["One is done."]
    assert [(unit.gap, unit.text) for unit in cutter.finish()] == [(" ", "Two")]
    assert cutter.finish() == []


@given(st.text(alphabet="ab.A 1$`#*-|>\n", max_size=80), st.integers(1, 9))
def test_nothing_of_a_text_is_lost_or_changed(text, step):
    """Whatever the Markdown: gaps hold white space only, and all units joined are the text without its end."""
    for units in (cut(text), streamed(text, step)):
        assert "".join(unit.gap + unit.text for unit in units) == text.rstrip()
        assert all(not unit.gap.strip() and unit.text == unit.text.strip() != "" for unit in units)


@pytest.mark.parametrize("text, ends", [("It is.", True), ("It is", False), ("- `x = 1`", True), ("# A heading", True)])
def test_a_sentence_without_its_end_is_told_from_a_whole_one(text, ends):
    assert cut(text)[-1].ends is ends


def test_nothing_behind_an_open_formula_is_given_out():
    assert Cutter().feed("$$a. B c. D") == []
    cutter = Cutter()
    assert [unit.text for unit in cutter.feed("One is. Two is. $$a. B c. D")] == ["One is.", "Two is."]
    assert [unit.text for unit in cutter.feed("$$ End. It")] == ["$$a. B c. D$$ End."]


def test_sentences_without_a_space_between_them_are_cut_at_their_end():
    assert [unit.text for unit in cut("你好。世界。")] == ["你好。", "世界。"]
