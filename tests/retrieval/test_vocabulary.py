"""The notes' words: counted as they are written, with their neighbours and with the numbers behind a name."""

import gc
import weakref

import pytest
from fakes import WordEmbedder, write_notes
from vocabularies import SMALL, passages_of, vocabulary_of

from assistant.core.records import Passage
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.note_store import NoteStore


def test_words_are_counted_as_they_are_written_also_in_headings_titles_topics_and_code():
    passage = Passage(
        "a.md", "Optimizers", "Layers › What is SGD?", 1, "Call `optimizer.step`. An optimizer steps.", ("Adam",)
    )
    words = Vocabulary.of([passage])
    assert [words.count(word) for word in ("optimizer", "optimizers", "step", "steps", "sgd", "adam", "stepping")] == [
        2, 1, 1, 1, 1, 1, 0,
    ]  # fmt: skip
    assert words.knows("stepping") and not words.knows("momentum")
    assert words.frequency("step") == 2


@pytest.mark.parametrize(
    ("first", "second", "times"),
    [
        ("fine", "tuning", 2),
        ("fine", "tuned", 2),  # in any form
        ("optimizer", "step", 1),
        ("zero", "grad", 1),
        ("rate", "learning", 0),
        ("optimizer", "the", 0),  # a full stop lies between
        ("momentum", "use", 0),
        ("knob", "rate", 0),
    ],
)
def test_neighbours_are_counted_inside_of_a_sentence(first, second, times):
    assert vocabulary_of(*SMALL).pair(first, second) == times


def test_neighbours_of_two_passages_are_none():
    assert vocabulary_of("One layer", "norm follows").pair("layer", "norm") == 0


def test_lift_says_how_much_oftener_than_by_chance_words_stand_together():
    words = vocabulary_of(*["a b"] * 10, *["c d"] * 10)  # the title "Notes" is counted too
    assert words.lift("a", "b") == pytest.approx(10 * words.size / (10 * 10))
    assert words.lift("a", "d") == 0.0 == words.lift("a", "nobody")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("gpt", {"2", "4", "4o"}),
        ("int", {"4", "8", "16", "32"}),  # written as one word
        ("yolo", {"8", "11"}),  # "YOLOv8"
        ("cuda", {"12.6", "13", "11"}),
        ("bert", set()),
        ("nobody", set()),
    ],
)
def test_numbers_behind_a_name(name, numbers):
    assert vocabulary_of(*SMALL).numbers(name) == numbers


def test_a_name_is_what_has_a_capital_inside_of_a_sentence():
    words = vocabulary_of(*SMALL)
    assert words.is_name("bert") and words.is_name("cuda")
    assert not words.is_name("attention")  # only at the beginning of sentences
    assert not words.is_name("nobody")


def test_neighbours_that_differ_are_counted_once():
    words = vocabulary_of("max pooling", "max pooling, average pooling", "pooling layers")
    assert words.led("pooling") == 2
    assert words.followers("pooling") == ("layer",)


def test_what_did_not_change_is_taken_over_and_what_is_gone_is_not_known():
    first = vocabulary_of(*SMALL)
    (counted,) = first.collections
    passages = passages_of(*SMALL)[1:]
    (renewed,) = Vocabulary.of(passages, first).collections
    assert all(renewed.rows[passage] is counted.rows[passage] for passage in passages)
    fresh = Vocabulary.of(passages)
    again = Vocabulary.of(passages, first)
    for word in ("scales", "learning", "adam", "rate"):
        assert again.count(word) == fresh.count(word)
        assert again.knows(word) == fresh.knows(word)
    assert again.size == fresh.size
    assert not again.knows("scales")
    assert again.pair("learning", "rate") == fresh.pair("learning", "rate") == first.pair("learning", "rate") - 2


def test_private_words_are_counted_beside_the_shared_ones():
    shared, own = vocabulary_of(*SMALL), vocabulary_of("KRONIX 3 has ribbon attention.")
    both = shared.beside(own)
    assert both.knows("kronix") and not shared.knows("kronix")
    assert both.pair("ribbon", "attention") == 1
    assert both.numbers("kronix") == {"3"} and both.numbers("gpt") == shared.numbers("gpt")
    assert both.count("attention") == shared.count("attention") + 1
    assert both.size == shared.size + own.size


def test_an_empty_vocabulary_knows_nothing():
    for empty in (Vocabulary(), Vocabulary.of([]), Vocabulary.of([], vocabulary_of(*SMALL))):
        assert empty.size == 0 == empty.count("adam") == empty.pair("learning", "rate")
        assert not empty.knows("adam")
        assert empty.numbers("gpt") == frozenset()
    assert Vocabulary().beside(vocabulary_of(*SMALL)).knows("adam")


def test_counts_can_be_watched_and_go_when_nobody_holds_them():
    words = vocabulary_of(*SMALL)
    seen = weakref.ref(words.collections[0])
    del words
    gc.collect()
    assert seen() is None


def test_a_changed_folder_has_the_words_that_it_holds_now(tmp_path):
    folder = write_notes(tmp_path / "notes", adam="# Adam\n\nAn optimizer.", gone="# Gone\n\nA momentum.")
    store = NoteStore(folder, tmp_path / "index", WordEmbedder())
    assert store.catalog().vocabulary.knows("momentum")
    (folder / "gone.md").unlink()
    write_notes(folder, new="# New\n\nA scheduler.")
    words = store.renew().vocabulary
    assert words.knows("optimizer") and words.knows("scheduler") and not words.knows("momentum")


def test_a_word_is_known_by_how_it_begins():
    words = vocabulary_of("Deduplication of layers")
    assert words.begins("dedup") and words.begins("deduplicat") and not words.begins("deduplication")
    assert not words.begins("layer")  # hardly shorter
    assert not words.begins("zebra")
