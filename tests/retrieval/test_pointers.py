"""What a note points at: other notes under "See also", figures of the knowledge folder, and nothing outside it."""

import json
from dataclasses import replace

import pytest
from fakes import write_notes

from assistant.core.errors import NoteError
from assistant.core.records import Figure, NoteLink, Passage
from assistant.retrieval.embedding.passage_encoder import digest_of
from assistant.retrieval.notes.library import read_library
from assistant.retrieval.notes.parsing import parse_note
from assistant.retrieval.notes.pointers import path_below
from assistant.uploads.stored import Arrival, Origin, arrival_from_json, arrival_to_json

IMAGE = '![Units of a layer, some crossed out](../figures/dropout.svg "Dropout in *training*.")'
FIGURE = Figure("figures/dropout.svg", "Units of a layer, some crossed out", "Dropout in *training*.")
NOTE = f"""---
title: Dropout
volatile:
  - "What is dropout?"
---

## What is dropout?

Dropout drops units.

{IMAGE}

The rest stays.

## See also

- [Weight decay](weight-decay.md)
- [Batch size](../training/batch-size.md#which-one) and [the paper](https://arxiv.org/abs/1207.0580)
- [again](./weight-decay.md), [outside](../../secret.md), [a file](data.csv)
"""


def parsed(text: str, path: str = "regularization/dropout.md", with_figures: bool = True):
    return parse_note(path, text.encode(), with_figures=with_figures)


def test_see_also_is_no_passage_and_names_the_notes_of_the_folder_each_once():
    note = parsed(NOTE)
    assert [passage.heading for passage in note.passages] == ["What is dropout?"]
    assert note.see_also == (
        NoteLink("Weight decay", "regularization/weight-decay.md"),
        NoteLink("Batch size", "training/batch-size.md"),
    )
    assert note.volatile == ("What is dropout?",)


def test_only_the_heading_see_also_itself_is_taken_for_it():
    note = parsed("# See also\n\nA title.\n\n## See also this\n\nText.\n\n## See also\n\nGone.\n\n## End\n\nStays.")
    assert [passage.text for passage in note.passages] == ["A title.", "Text.", "Stays."]
    assert note.see_also == ()
    with pytest.raises(NoteError, match="no text"):
        parsed("## See also\n\n- [A](a.md)\n")


def test_a_figure_is_taken_out_of_the_text_and_remembers_its_place():
    (passage,) = parsed(NOTE).passages
    assert passage.text == "Dropout drops units.\n\nThe rest stays."
    assert passage.figures == (replace(FIGURE, at=len("Dropout drops units.")),)


def test_the_digest_of_a_passage_knows_no_figures():
    """So that vectors of passages without figures stay valid, and a new figure costs none."""
    (passage,) = parsed(NOTE).passages
    assert digest_of(passage) == digest_of(replace(passage, figures=()))
    assert digest_of(parsed("## A\n\nText.").passages[0]) == digest_of(
        Passage("regularization/dropout.md", "Dropout", "A", 3, "Text.")
    )


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/x.svg",
        "//evil.example/x.svg",
        "/etc/x.svg",
        "../../x.svg",
        "../figures/../../x.png",
        "data:image/svg+xml,x.svg",
        "..%2F..%2Fx.svg",
        "../.vectors/x.svg",
        "../figures/x.gif",
        "../figures/x.svg?y",
    ],
)
def test_an_image_from_elsewhere_is_no_figure(target):
    (passage,) = parsed(f"## A\n\nText.\n\n![alt]({target})\n").passages
    assert passage.figures == () and "![alt]" in passage.text


@pytest.mark.parametrize("text", [f"Text. {IMAGE}", f"{IMAGE} text", f"- {IMAGE}", f"[{IMAGE}](b.md)", f"> {IMAGE}"])
def test_an_image_amid_other_text_is_no_figure(text):
    (passage,) = parsed(f"## A\n\nText.\n\n{text}\n").passages
    assert passage.figures == () and passage.text == f"Text.\n\n{text}"


def test_images_alone_stay_text_so_that_the_section_is_not_lost():
    (passage,) = parsed(f"## A\n\n{IMAGE}\n").passages
    assert (passage.text, passage.figures) == (IMAGE, ())


def test_in_a_section_that_is_cut_each_part_keeps_the_figures_that_stand_in_it():
    words = " ".join(["word"] * 150)
    first, second = parsed(f"## A\n\n{words}\n\n{IMAGE}\n\n{words}\n\n{IMAGE}\n").passages
    assert [len(each.figures) for each in (first, second)] == [1, 1] and first.figures[0].at == len(words)


def test_the_folders_own_notes_have_figures_and_what_visitors_add_has_none(tmp_path):
    write_notes(tmp_path, regularization__dropout=NOTE, uploads__dropout=NOTE)
    own, added = read_library(tmp_path).notes
    assert own.passages[0].figures and not added.passages[0].figures
    assert IMAGE in added.passages[0].text
    assert not parsed(NOTE, "private:0123.md", with_figures=False).passages[0].figures


def test_an_arrival_comes_through_the_pipe_as_it_was():
    arrival = Arrival(Origin("a.md", "0", "text", "2026-11-29"), NOTE, parsed(NOTE, "a.md", with_figures=False))
    assert arrival_from_json(json.loads(json.dumps(arrival_to_json(arrival)))) == arrival


@pytest.mark.parametrize(
    "note, target, path",
    [
        ("a/b.md", "c.md", "a/c.md"),
        ("a/b.md", "../c%20d.md#e", "c d.md"),
        ("b.md", "../c.md", ""),
        ("a/b.md", "#here", ""),
        ("a/b.md", "C:\\c.md", ""),
        ("a/b.md", "", ""),
    ],
)
def test_a_relative_target_is_a_path_below_the_folder_or_nothing(note, target, path):
    assert path_below(note, target) == path
