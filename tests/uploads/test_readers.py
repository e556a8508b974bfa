"""What each reader makes of a file: its kind by its first bytes, paragraphs of lines, what is left out of a page."""

import io
import json
import zipfile

import pytest
from pypdf.errors import PyPdfError
from upload_samples import WORD, paragraph, word

from assistant.core.errors import UploadError
from assistant.uploads.readers import kinds, pdf
from assistant.uploads.readers.kinds import check_container, kind_of
from assistant.uploads.readers.notebook import LONGEST_RESULT, read_notebook
from assistant.uploads.readers.pdf import read_pdf
from assistant.uploads.readers.text import decode, escaped
from assistant.uploads.readers.web import read_html
from assistant.uploads.readers.word import read_word


@pytest.mark.parametrize(
    "data, kind",
    [
        (b"\xff\xfe" + "<html><p>x</p></html>".encode("utf-16-le"), "web page"),
        (b"\xfe\xff" + "<html><p>x</p></html>".encode("utf-16-be"), "web page"),
        ("<html><p>x</p></html>".encode("utf-16-le"), "text"),  # NUL bytes without a mark of UTF-16
        (b"\xef\xbb\xbf<!-- a remark -->\n<!DOCTYPE html>", "web page"),
        (b"It begins with < html", "text"),
        (b'  {"cells": []}', "notebook"),
        (b'{"cell": []}', "text"),
        (b'["cells": []]', "text"),
        (b"x" * 1019 + b"%PDF-", "PDF"),
        (b"x" * 1020 + b"%PDF-", "text"),
        (WORD, "Word"),
    ],
)
def test_a_kind_is_known_by_the_first_bytes(data, kind):
    assert kind_of(data) == kind


def with_flag(data: bytes, flag: int) -> bytes:
    """The archive with a flag at its first member, as its directory tells it."""
    changed = bytearray(data)
    changed[data.index(b"PK\x01\x02") + 8] |= flag
    return bytes(changed)


def test_a_container_with_a_password_is_told_from_one_with_another_flag():
    with pytest.raises(UploadError, match="password"):
        check_container(with_flag(WORD, 1))
    check_container(with_flag(WORD, 2))
    check_container(word(paragraph("x"), **{"größe.txt": "x"}))  # a name in UTF-8 is a flag, too


def measured(data: bytes) -> tuple[int, int, int]:
    """Members, bytes declared by all of them, and by the largest XML part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    sizes = [member.file_size for member in members if member.filename.endswith((".xml", ".rels"))]
    return len(members), sum(member.file_size for member in members), max(sizes)


@pytest.mark.parametrize("at, limit", [(0, "MEMBERS"), (1, "UNPACKED_BYTES"), (2, "UNPACKED_PART_BYTES")])
def test_what_a_container_declares_may_reach_each_limit_and_not_pass_it(monkeypatch, at, limit):
    data = word(paragraph("x"), **{"media.bin": b"x" * 100_000})
    size = measured(data)[at]
    monkeypatch.setattr(kinds, limit, size)
    check_container(data)
    monkeypatch.setattr(kinds, limit, size - 1)
    with pytest.raises(UploadError, match="too much"):
        check_container(data)


def test_what_a_container_unpacks_to_is_rounded(monkeypatch):
    monkeypatch.setattr(kinds, "UNPACKED_BYTES", 1)
    with pytest.raises(UploadError, match="It unpacks to 2 MB in 6 parts"):
        check_container(word(paragraph("x"), **{"media.bin": b"x" * 1_700_000}))


def notebook(*cells, **metadata):
    made = [{"metadata": {}, **cell} for cell in cells]
    return read_notebook(json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}))


def code(source, *results):
    outputs = [{"output_type": "stream", "name": "stdout", "text": result} for result in results]
    return {"cell_type": "code", "execution_count": 1, "source": source, "outputs": outputs}


def test_a_raw_cell_is_a_fence_without_a_language_and_an_empty_one_is_nothing():
    raw = {"cell_type": "raw", "source": ["a\n", "b"]}
    assert notebook(raw, {"cell_type": "markdown", "source": " "}) == ("", "```\na\nb\n```")


def test_results_are_kept_up_to_their_longest():
    fits, too_long = "x" * LONGEST_RESULT, "x" * (LONGEST_RESULT + 1)
    title, text = notebook(code("y", "", fits, too_long), title="T", language_info={"name": "julia"})
    assert (title, text) == ("T", f"```julia\ny\n```\n\n```text\n{fits}\n```")


def test_a_fence_is_longer_than_any_in_its_text_and_takes_no_odd_language():
    assert notebook(code("a ```` b"), language_info={"name": "c++"})[1] == "`````\na ```` b\n`````"


class Page:
    def __init__(self, text):
        self._text = text

    def extract_text(self):
        if isinstance(self._text, Exception):
            raise self._text
        return self._text


@pytest.fixture
def pages(monkeypatch):
    """Read a PDF of pages with these texts; one that is an error is raised."""

    def read(*texts, title=None, encrypted=False, opens=True):
        class Reader:
            def __init__(self, data):
                self.is_encrypted = encrypted
                self.pages = [Page(text) for text in texts]

            def decrypt(self, password):
                return opens and password == ""

            @property
            def metadata(self):
                if isinstance(title, Exception):
                    raise title
                return None if title is None else type("Metadata", (), {"title": title})()

        monkeypatch.setattr(pdf.pypdf, "PdfReader", Reader)
        return read_pdf(b"")

    return read


def made(pages, *texts):
    return pages(*texts)[1]


WIDE = "A line of twenty let"  # as wide as a page here


@pytest.mark.parametrize(
    "text, paragraphs",
    [
        ("", []),
        ("Layers nor-\nmalize inputs", ["Layers normalize inputs"]),
        ("The Self-\nAttention layer", ["The Self- Attention layer"]),
        ("One  goes\0\n on", ["One goes on"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("• one\ntwo\n◦ three", ["- one two", "- three"]),
        ("Before\n• one", ["Before", "- one"]),
        (f"{WIDE}\nthirteen here.\nnext", [f"{WIDE} thirteen here. next"]),  # seven tenths of the width
        (f"{WIDE}\nonly twelve.\nnext", [f"{WIDE} only twelve.", "next"]),
        (f"{WIDE}\nonly twelve\nnext", [f"{WIDE} only twelve next"]),
        ("a*b\n• #c", ["a\\*b", "- \\#c"]),
    ],
)
def test_lines_of_a_page_become_paragraphs(pages, text, paragraphs):
    body = "\n\n".join(paragraphs)
    expected = f"## Page 1\n\n{body}\n\n## Page 2\n\nEnd." if body else "## Page 2\n\nEnd."
    assert made(pages, text + ("\n\n." if body else ""), "End.") == (
        expected.replace("\n\n## Page 2", "\n\n.\n\n## Page 2") if body else expected
    )


@pytest.mark.parametrize(
    "first, second, joined",
    [
        ("Layers are", "then used. More.", ["Layers are then used.", "More."]),
        ("Layers are nor-", "malized here. More.", ["Layers are normalized here.", "More."]),
        ("Layers are", "then used.", ["Layers are then used."]),
        ("Layers are.", "then used. More.", ["Layers are.", "then used. More."]),
        ("Layers are:", "then used. More.", ["Layers are:", "then used. More."]),
        ("Layers are", "Then used. More.", ["Layers are", "Then used. More."]),
        ("Layers are", "without an end", ["Layers are", "without an end"]),
        ("", "then used. More.", ["then used. More."]),
    ],
)
def test_a_sentence_that_goes_on_stands_on_the_page_where_it_begins(pages, first, second, joined):
    numbers = range(3 - len(joined), 3) if first == "" else range(1, 3)
    assert made(pages, first, second) == "\n\n".join(
        f"## Page {number}\n\n{text}" for number, text in zip(numbers, joined, strict=False)
    )


def test_empty_and_damaged_pages_are_counted(pages):
    assert pages("One.", "", PyPdfError("odd"), ValueError("odd"))[2] == (
        "1 of 4 pages hold no text.",
        "2 of 4 pages are damaged and were left out.",
    )
    assert pages("One.")[2] == ()


def test_a_file_without_a_readable_page_says_why(pages):
    with pytest.raises(UploadError, match="no page of it can be read"):
        pages(PyPdfError("odd"), "")
    with pytest.raises(UploadError, match="scanned"):
        pages("", "")
    with pytest.raises(UploadError, match="no pages"):
        pages()


def test_three_hundred_pages_are_read_and_no_more(pages):
    assert "## Page 300" in made(pages, *["One."] * 300)
    with pytest.raises(UploadError, match="It has 301 pages, at most 300"):
        pages(*["One."] * 301)


def test_a_file_with_an_empty_password_is_read(pages):
    assert "One." in pages("One.", encrypted=True)[1]
    with pytest.raises(UploadError, match="password"):
        pages("One.", encrypted=True, opens=False)


@pytest.mark.parametrize(
    "title, told",
    [
        (None, ""),
        ("  Batch \n norms ", "Batch norms"),
        ("Untitled", ""),
        ("Microsoft Word - report", ""),
        ("report.docx", ""),
        ("12-34", ""),
        ("Report 12", "Report 12"),
        (KeyError("odd"), ""),
    ],
)
def test_a_title_that_says_nothing_is_none(pages, title, told):
    assert pages("One.", title=title)[0] == told


@pytest.mark.parametrize(
    "fault, says",
    [
        (ImportError("cryptography"), "encrypted"),
        (ValueError("AES"), "encrypted"),
        (ValueError("Encrypted stream"), "encrypted"),
        (ValueError("odd"), "damaged"),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(monkeypatch, fault, says):
    def refuse(data):
        raise fault

    monkeypatch.setattr(pdf.pypdf, "PdfReader", refuse)
    with pytest.raises(UploadError, match=says):
        read_pdf(b"")


@pytest.mark.parametrize("text, fits", [("ab\1\2", True), ("ab\1\2\3", False), ("a" * 297 + "\1\2\3", True)])
def test_two_control_characters_or_one_in_a_hundred_are_left_out_and_more_is_no_text(text, fits):
    if fits:
        assert decode(text.encode()) == text.rstrip("\1\2\3")
    else:
        with pytest.raises(UploadError, match="binary"):
            decode(text.encode())


def test_the_first_two_hundred_thousand_characters_are_looked_at():
    text = "\1" * 2_000 + "a" * 198_000
    assert decode((text + "\1" * 9).encode()) == "a" * 198_000
    with pytest.raises(UploadError, match="binary"):
        decode(("\1" + text).encode())


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_become_plain_and_a_form_feed_ends_a_paragraph(end):
    assert decode(f"a{end}b\fc\td".encode()) == "a\nb\n\nc\td"


@pytest.mark.parametrize(
    "line, markdown",
    [
        ("plain", "plain"),
        (" # no heading", "\\# no heading"),
        ("-", "\\-"),
        ("- a list", "- a list"),
        ("+ a list", "+ a list"),
        ("=", "\\="),
        (": no definition", "\\: no definition"),
        ("1. an item", "1. an item"),
        ("1.5 is a number", "1\\.5 is a number"),
        ("v1.5 is a name", "v1.5 is a name"),
        ("a_b|c", "a\\_b\\|c"),
    ],
)
def test_a_line_reads_as_it_was_set(line, markdown):
    assert escaped(line) == markdown


LONG = "word " * 50


@pytest.mark.parametrize(
    "body, markdown",
    [
        ("<p>Out</p><main><h2>In</h2></main>", "## In"),
        ("<p>Out</p><article><h2>In</h2></article>", "## In"),
        ("<p>Out</p><main><h2>In</h2></main><article>Out</article>", "## In"),
        ("<p>Out</p><main>Short</main>", "Out\n\nShort"),  # too little to be all of the page
        (f"<p>Out</p><main>{LONG}</main>", LONG.strip()),
        ("<p>a<!-- a remark -->b</p>", "ab"),
        ("<p># 5 + 3 - 2 &gt; 1. x</p>", "# 5 + 3 - 2 > 1. x"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
    ],
)
def test_the_main_part_of_a_page_is_its_text(body, markdown):
    title, text = read_html(f"<html><head><title>A  title</title></head><body>{body}</body></html>")
    assert title == "A title"
    assert [line.rstrip() for line in text.splitlines()] == markdown.splitlines()


def test_a_page_without_a_title_has_its_first_heading():
    assert read_html("<h1>A <b>heading</b></h1><p>x</p>")[0] == "A heading"
    assert read_html("<p>x</p>")[0] == ""


def test_a_word_file_cannot_say_how_its_paragraphs_are_read():
    data = word(paragraph("Plain text."), **{"mammoth/style-map": "p => h1:fresh"})
    assert read_word(data) == ("", "Plain text.")
