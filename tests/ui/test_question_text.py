"""A question is shown as it was typed: lines, code and marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.ui.chat.question_text import question_blocks

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


def tokens(question):
    """Those of the Markdown, of code none."""
    texts = [block.text for block in question_blocks(question) if block.language is None]
    return [token for text in texts for token in MarkdownIt("commonmark").parse(text)]


def shown(question):
    """What can be read on the page."""
    inline = ("".join(child.content or "\n" for child in token.children or []) for token in tokens(question))
    return "\n".join((*inline, *(block.text for block in question_blocks(question) if block.language is not None)))


def test_lines_and_code_of_a_pasted_message_stay_as_they_are():
    prose, code, traceback, more = question_blocks(PASTED)
    assert prose.text == "why does this fail?  \nit \\*worked\\* before"
    assert (code.language, code.text) == ("python", "x = torch.randn(4, 12)\n    # a comment, $x$")
    assert traceback.language == "" and traceback.text.splitlines() == PASTED.splitlines()[7:11]
    assert more.text == "what now?"


@pytest.mark.parametrize(
    "question",
    ["- why?", "1. why?", "12) why?", "---", "a\n===", "# a", "> a", "a &lt; b", "    a", "a\n\n\n    b c d"],
)
def test_no_mark_makes_a_list_a_heading_or_a_rule(question):
    assert {token.type for token in tokens(question)} <= {"paragraph_open", "inline", "paragraph_close"}
    assert shown(question).split() == question.split()


def test_a_fence_that_is_never_closed_ends_with_the_message():
    assert question_blocks("why\n```\na `````` b\nc")[1].text == "a `````` b\nc"


@given(st.text(alphabet="`*_#[]()<>!|$:&\\ab1.= +-\n", max_size=40))
def test_prose_is_drawn_as_the_text_that_it_is(question):
    assert {token.type for token in tokens(question)} <= {"paragraph_open", "inline", "paragraph_close"}
    inline = {child.type for token in tokens(question) for child in token.children or []}
    assert inline <= {"text", "text_special", "softbreak", "hardbreak"}
