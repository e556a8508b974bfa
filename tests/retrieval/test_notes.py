"""Notes become passages with their place in the file, and a bad file never takes the others down."""

import os

import pytest
from fakes import DROPOUT, write_notes
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.errors import NoteError
from assistant.core.markdown import blocks
from assistant.core.records import Reference
from assistant.retrieval.notes.library import LARGEST_BYTES, list_files, read_library
from assistant.retrieval.notes.parsing import parse_note
from assistant.retrieval.notes.splitting import LONGEST_WORDS


def parsed(text: str, path: str = "folder/my-note.md"):
    return parse_note(path, text.encode())


def test_front_matter_gives_title_topics_references_and_date():
    note = parsed(DROPOUT)
    assert (note.title, note.topics, note.reviewed) == ("Dropout", ("regularization",), "2026-11-22")
    assert note.references == (
        Reference("Srivastava", "Dropout: A Simple Way", 2014, "https://jmlr.org/papers/v15/srivastava14a.html"),
    )


@pytest.mark.parametrize(
    "text, title",
    [
        ("---\ntitle: Given\n---\n# Head\n\ntext", "Given"),
        ("# Head\n\ntext", "Head"),
        ("## Not the title\n\ntext", "My note"),
        ("---\ntitle:\n---\ntext", "My note"),
        ("---\n- a list\n---\ntext", "My note"),
        ("---\ntitle: 2014\n---\ntext", "2014"),
    ],
)
def test_title_is_the_given_one_or_the_first_heading_or_the_file_name(text, title):
    assert parsed(text).title == title


def test_passages_carry_the_path_of_their_headings():
    text = "# T\n\nintro\n\n## A\n\none\n\n### B\n\ntwo\n\n## C\n\nthree\n\n#### D\n\nfour\n\n## Empty\n"
    assert [(part.heading, part.text) for part in parsed(text).passages] == [
        ("", "intro"),
        ("A", "one"),
        ("A › B", "two"),
        ("C", "three"),
        ("C › D", "four"),
    ]


def lines_of(text: str) -> list[int]:
    return [part.line for part in parsed(text).passages]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("front", ["", "---\ntitle: T\n---\n", "---\ntitle: T\n---\n\n\n"])
def test_line_numbers_are_those_of_the_file(newline, front):
    text = f"{front}## A\n\none\n\n\n## B\n\ntwo\n"
    lines = text.split("\n")
    assert lines_of(text.replace("\n", newline)) == [lines.index("## A") + 1, lines.index("## B") + 1]


def test_line_number_is_right_when_the_body_repeats_the_front_matter():
    assert lines_of("---\ntitle: Dropout\n---\n\nDropout\n") == [5]


def test_text_above_the_first_heading_keeps_its_own_line():
    assert lines_of("\n\nintro\n\n## A\n\none\n") == [3, 5]


def test_tables_code_and_formulas_survive_unchanged():
    body = "| a |\n|---|\n| 1 |\n\n```python\nx = {\n    1: 2,\n}\n```\n\n$$\nx < y\n$$\n\n- a $z_1$\n  - b"
    assert [part.text for part in parsed(f"## A\n\n{body}\n").passages] == [body]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 260), st.sampled_from([" ", "\n", "\n- ", "\n\n"])), min_size=1, max_size=8))
def test_long_sections_are_cut_without_losing_or_repeating_a_word(runs):
    words, text = 0, ""
    for count, joint in runs:
        text += "".join(f"{joint}w{words + at}" for at in range(count))
        words += count
    passages = parsed(f"## A\n{text}\n").passages
    kept = " ".join(part.text for part in passages).split()
    assert [word for word in kept if word.startswith("w")] == [f"w{at}" for at in range(words)]
    assert max(len(part.text.split()) for part in passages) <= LONGEST_WORDS
    assert {part.heading for part in passages} == {"A"}
    assert [part.line for part in passages] == sorted(part.line for part in passages)


def test_long_code_is_cut_at_line_ends_with_its_indentation():
    lines = [f"    step_{at} = f(x, {at})" for at in range(150)]
    passages = parsed("## A\n\n```python\n" + "\n".join(lines) + "\n```\n").passages
    assert len(passages) == 3
    kept = "\n".join(part.text for part in passages).split("\n")
    assert [line for line in kept if "```" not in line] == lines
    assert passages[1].line == 4 + lines.index(passages[1].text.split("\n")[1])


def test_each_piece_of_long_code_has_its_fences_and_of_a_long_table_its_header():
    code = "\n".join(f"    step_{at} = f(x, {at})" for at in range(150))
    for passage in parsed(f"## A\n\n~~~~python\n{code}\n~~~~\n").passages:
        assert passage.text.startswith("~~~~python\n    step_") and passage.text.endswith(")\n~~~~")
    rows = "\n".join(f"| {at} | of some words |" for at in range(150))
    passages = parsed(f"## A\n\n| n | what |\n|---|---|\n{rows}\n").passages
    assert len(passages) > 2
    for passage in passages:
        (table,) = blocks(passage.text)
        assert table.kind == "table_open" and passage.text.startswith("| n | what |\n|---|---|\n| ")


def test_long_prose_is_cut_at_the_ends_of_sentences():
    text = " ".join(f"Sentence {at} says a few words more." for at in range(120))
    passages = parsed(f"## A\n\n{text}\n").passages
    assert len(passages) > 3 and " ".join(passage.text for passage in passages) == text
    assert all(passage.text.startswith("Sentence") and passage.text.endswith(".") for passage in passages)


@pytest.mark.parametrize(
    "text",
    ["---\nA first part.\n\nIts end.\n---\nThe rest.", "-----\nA first part.\n-----\nThe rest.", "{\na\n}\nThe rest."],
)
def test_what_stands_between_two_rules_and_names_no_values_is_text(text):
    note = parsed(text)
    whole = " ".join(f"{passage.heading} {passage.text}" for passage in note.passages)
    assert "The rest." in whole and ("A first part." in whole or "{" in whole)


BAD = {
    "empty.md": (b"", "empty"),
    "blank.md": (b" \n\n", "empty"),
    "only-front.md": (b"---\ntitle: T\n---\n", "empty"),
    "only-headings.md": (b"## A\n\n## B\n", "no text"),
    "binary.md": (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
    "utf16.txt": ("text".encode("utf-16"), "binary"),
    "latin.md": (b"caf\xe9 au lait", "UTF-8"),
    "colon.md": (b"---\ntitle: a: b\n---\ntext", "front matter"),
    "python.md": (b"---\ntitle: !!python/object/apply:os.system ['true']\n---\ntext", "front matter"),
    "date.md": (b"---\nreviewed: 2024-02-30\n---\ntext", "front matter"),
    "bool.md": (b"---\ntitle: !!bool maybe\n---\ntext", "front matter"),
    "int.md": (b"---\ntitle: !!int ''\n---\ntext", "front matter"),
    "deep.md": (b"---\ntitle: " + b"[" * 3000 + b"]" * 3000 + b"\n---\ntext", "front matter"),
    "large.md": (b"x" * (LARGEST_BYTES + 1), "at most"),
}


def test_every_bad_file_is_reported_by_name_and_the_good_one_loads(tmp_path):
    write_notes(tmp_path, good="text")
    for name, (raw, _) in BAD.items():
        (tmp_path / name).write_bytes(raw)
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("a secret")
    (tmp_path / "link.md").symlink_to(secret)
    (tmp_path / "broken.md").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.md")
    library = read_library(tmp_path)
    reasons = {skipped.path: skipped.reason for skipped in library.skipped}
    assert [note.path for note in library.notes] == ["good.md"]
    assert set(reasons) == {*BAD, "link.md", "broken.md", "pipe.md"}
    for name, (_, word) in BAD.items():
        assert word in reasons[name], name
    assert "symbolic link" in reasons["link.md"] and "symbolic link" in reasons["broken.md"]
    assert all("\n" not in reason for reason in reasons.values())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_note_is_reported(tmp_path):
    write_notes(tmp_path, good="text", locked="text")
    (tmp_path / "locked.md").chmod(0)
    assert [skipped.path for skipped in read_library(tmp_path).skipped] == ["locked.md"]


def test_listing_takes_notes_in_sub_folders_and_leaves_hidden_other_and_linked_folders_out(tmp_path):
    write_notes(tmp_path / "k", b="text", sub__a="text", _hidden="text")
    (tmp_path / "k/_hidden.md").rename(tmp_path / "k/.hidden.md")
    (tmp_path / "k/.git").mkdir()
    (tmp_path / "k/.git/c.md").write_text("text")
    (tmp_path / "k/image.png").write_text("text")
    (tmp_path / "k/UPPER.TXT").write_text("text")
    (tmp_path / "k/loop").symlink_to(tmp_path / "k")
    assert [file.path for file in list_files(tmp_path / "k")] == ["UPPER.TXT", "b.md", "sub/a.md"]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_knowledge_folder_that_is_none_is_an_error_with_a_way_out(tmp_path, kind):
    folder = tmp_path / "k"
    if kind == "file":
        folder.write_text("text")
    with pytest.raises(NoteError, match=r"must exist and be a folder.*--knowledge"):
        list_files(folder)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert parse_note("a.md", b"\xef\xbb\xbf---\ntitle: T\n---\ntext").title == "T"


def test_front_matter_beyond_all_measure_is_refused_before_it_is_parsed():
    """Fifty thousand nested brackets would end the process inside the YAML parser."""
    with pytest.raises(NoteError, match="at most 20,000 characters"):
        parse_note("deep.md", b"---\ntitle: " + b"[" * 50_000 + b"\n---\n\nText.\n")
