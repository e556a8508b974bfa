"""Text from notes and models cannot fetch, mislead or draw page elements of its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.ui.shared.safe import safe_label, safe_markdown


def tokens(text: str):
    for block in MarkdownIt("commonmark").parse(text):
        yield block
        yield from block.children or []


@pytest.mark.parametrize(
    "text",
    [
        "![alt](http://evil.example/x.png)",
        "!![alt](http://evil.example/x.png)",
        "!!![alt](http://evil.example/x.png)",
        "![alt][ref]\n\n[ref]: http://evil.example/x.png",
        "[![alt](http://evil.example/x.png)](http://evil.example)",
        "!\u202a[alt](http://evil.example/x.png)",
        "\\\\![alt](http://evil.example/x.png)",
    ],
)
def test_no_image_is_left_to_fetch_but_its_text_stays(text):
    safe = safe_markdown(text)
    assert "image" not in [token.type for token in tokens(safe)] and "alt" in safe


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "<javascript:x>",
        "data:text/html,x",
        " \njavascript:x",
        "vbscript:x",
        "../a",
    ],
)
def test_links_lead_to_web_addresses_only(link):
    safe = safe_markdown(f"[word]({link})")
    assert "link_open" not in [token.type for token in tokens(safe)] and "word" in safe


def test_web_links_stay():
    text = "[paper](https://arxiv.org/abs/1) and [b](http://x.y/z_(w))"
    assert safe_markdown(text) == text


DIRECTIVE = re.compile(r"(?<!\\)(?:\\\\)*:(?:[a-zA-Z][\w-]*\[|material/)")


@pytest.mark.parametrize(
    "text",
    [":red[x]", "\\:red[x]", "\\\\:red[x]", "::red[x]", ":material/lock:", "a:blue-background[y]", ":small[:red[x]]"],
)
def test_the_directives_of_the_page_cannot_be_forged(text):
    assert DIRECTIVE.search(text) or "\\:" in text
    assert not DIRECTIVE.search(safe_markdown(text))


@pytest.mark.parametrize(
    "text",
    [
        "$p(y|x) = \\frac{1}{2}$",
        "`model.eval()` and `x[1:3]`",
        "| a |\n|---|\n| 1: b |",
        "Note: 10:30, a::b",
        "- **x**",
    ],
)
def test_formulas_code_tables_and_colons_stay_as_they_are(text):
    assert safe_markdown(text) == text


def test_marks_that_turn_the_reading_direction_are_removed():
    assert safe_markdown("a\u202eb\u2066c") == safe_label("a\u202eb\u2066c") == "abc"


@given(st.text(alphabet="![](:) \\ab<>\u202e\n", max_size=30))
def test_no_arrangement_of_marks_makes_an_image(text):
    assert "image" not in [token.type for token in tokens(safe_markdown(text + "(http://x/y.png)"))]


@given(st.text(alphabet="*_`#[]()<>!|~$:\\abc +-\n", max_size=30))
def test_a_label_is_drawn_as_the_one_line_of_text_that_it_is(text):
    shown = MarkdownIt("commonmark").parseInline(safe_label(text))[0].children or []
    assert {token.type for token in shown} <= {"text", "text_special"}
    assert "".join(token.content for token in shown).split() == text.split()
