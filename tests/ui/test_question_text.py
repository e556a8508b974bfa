"""A question is shown as it was typed: lines, code and marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.ui.chat.question_text import question_markdown

PASTED = """why does this fail?
it *worked* before

```python
x = torch.randn(4, 12)
    # a comment, $x$
```
Traceback (most recent call last):
  File "train.py", line 12, in <module>
    out = model(x)
RuntimeError: mat1 and mat2 shapes cannot be multiplied
what now?"""


def blocks(question):
    return MarkdownIt("commonmark").parse(question_markdown(question))


def test_lines_and_code_of_a_pasted_message_stay_as_they_are():
    drawn = blocks(PASTED)
    fences = [(block.info, block.content) for block in drawn if block.type == "fence"]
    assert fences[0] == ("python", "x = torch.randn(4, 12)\n    # a comment, $x$\n")
    assert fences[1][1].splitlines() == PASTED.splitlines()[7:11]
    prose = [block for block in drawn if block.type == "inline"]
    assert [child.type for child in prose[0].children].count("hardbreak") == 1
    assert "\\*worked\\*" in question_markdown(PASTED) and prose[-1].content == "what now?"


@pytest.mark.parametrize(
    "question", ["- why?", "1. why?", "12) why?", "---", "a\n===", "# a", "> a", "a &lt; b", "    a"]
)
def test_no_mark_makes_a_list_a_heading_or_a_rule(question):
    assert {block.type for block in blocks(question)} <= {"paragraph_open", "inline", "paragraph_close"}
    shown = "".join(child.content or "\n" for block in blocks(question) for child in block.children or [])
    assert shown.split() == question.split()


def test_a_fence_that_is_never_closed_ends_with_the_message():
    assert [block.type for block in blocks("why\n```\na `````` b\nc")][-1] == "fence"


@given(st.text(alphabet="`~*_#[]()<>!|$:&\\ab1.= +-\n", max_size=40))
def test_every_word_is_shown(question):
    drawn = "".join(
        block.content if block.type == "fence" else "".join(child.content or "\n" for child in block.children or [])
        for block in blocks(question)
        if block.type in ("fence", "inline")
    )
    assert set("ab1") & set(question.replace("\n", "")) >= set("ab1") & set(drawn)
    assert not any(block.type in ("heading_open", "bullet_list_open", "hr") for block in blocks(question))
