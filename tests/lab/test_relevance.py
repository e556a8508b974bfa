"""The embedder's training on the question book, on a tiny BERT with random weights."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from assistant.core.records import Passage
from assistant.lab.questions.book import Row, sections_of
from assistant.lab.relevance import train_embedder
from assistant.lab.relevance.batches import BATCH, OFF_TOPIC, Batch, Epoch, with_headings
from assistant.lab.relevance.train_embedder import Training, loss_of, train

NAMES = [f"subject{number}" for number in range(24)]
PASSAGES = [
    Passage(f"{name}.md", name, f"What is {name}?", 3, f"{name} is a thing of its kind. It costs {name} money to use.")
    for name in NAMES
]
SECTIONS = sections_of(PASSAGES)
ROWS = [
    Row(section.name, section.digest, "plain", f"{ask} {name}", (place,))
    for name, section in zip(NAMES, SECTIONS.values(), strict=True)
    for place, ask in ((0, "tell me of"), (1, "price of"), (0, "kind of"), (1, "money for"), (0, "define"))
]
OTHERS = [f"how to cook dish{number}" for number in range(12)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    words = {
        word for text in [*(p.text for p in PASSAGES), *(r.question for r in ROWS), *OTHERS] for word in text.split()
    }
    words = sorted({word.strip(".?").lower() for word in words} | {"what", "is", "."})
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]), encoding="utf-8"
    )
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(words) + 5, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=64)  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def epoch():
    return Epoch(with_headings(ROWS, SECTIONS) * 4, SECTIONS, OTHERS)


def test_every_heading_is_a_question_and_rows_of_sections_that_are_gone_are_left_out():
    rows = with_headings([*ROWS, Row("gone.md#X", "", "plain", "what was x", (0,))], SECTIONS)
    assert len(rows) == len(ROWS) + len(NAMES)
    assert {row.question for row in rows} >= {"What is subject0?", "price of subject0"}


def test_a_batch_holds_each_question_with_its_own_passage_and_sentences(epoch):
    batches = list(epoch.batches(0))
    assert len(batches) == len(epoch) and all(len(batch.questions) == BATCH for batch in batches)
    for batch in batches:
        for section, passage in zip(batch.sections, batch.passages, strict=True):
            assert section.partition(".md")[0] in passage
        for place, wanted in zip(batch.planned, batch.wanted, strict=True):
            assert wanted in SECTIONS[batch.sections[place]].parts
        for place, unwanted in zip(batch.unwanted_of, batch.unwanted, strict=True):
            section = batch.sections[batch.planned[place]]
            assert unwanted in SECTIONS[section].parts and unwanted != batch.wanted[place]
        assert len(batch.off_topic) == OFF_TOPIC


def test_what_is_drawn_is_the_same_each_time_also_from_the_middle(epoch):
    whole = list(epoch.batches(0))
    assert list(epoch.batches(3)) == whole[3:]
    assert list(Epoch(with_headings(ROWS, SECTIONS) * 4, SECTIONS, OTHERS).batches(0)) == whole


def test_the_loss_is_small_when_each_question_is_nearest_to_its_own_and_twins_do_not_count():
    texts = {
        "q1": [1, 0, 0],
        "q2": [0, 1, 0],
        "p1": [1, 0, 0],
        "p2": [0, 1, 0],
        "s1": [1, 0, 0],
        "s2": [0, 1, 0],
        "o": [0, 0, 1],
    }

    def embed(wanted, most):
        return torch.tensor([texts[text] for text in wanted], dtype=torch.float32)

    def loss(sections, passages, unwanted="o"):
        batch = Batch(sections, ("q1", "q2"), passages, ("o",), (0, 1), ("s1", "s2"), (unwanted,), (0,))
        return loss_of(batch, embed).item()

    assert loss(("a", "b"), ("p1", "p2")) < 0.01 < 5 < loss(("a", "b"), ("p2", "p1"))
    assert loss(("a", "a"), ("p1", "p1")) < 1 < 5 < loss(("a", "b"), ("p1", "p1"))
    assert loss(("a", "b"), ("p1", "p2"), unwanted="s1") > 0.1


@pytest.mark.slow
def test_a_training_lowers_the_loss_and_changes_the_layers_alone_and_goes_on_as_if_nothing_had_happened(
    model, epoch, tmp_path, monkeypatch
):
    monkeypatch.setattr(train_embedder, "LEARNING_RATE", 3e-3)  # random weights have far to go
    monkeypatch.setattr(train_embedder, "WARM_UP", 2)
    monkeypatch.setattr(train_embedder, "SAVED_EVERY", 4)
    losses = []
    whole = train(Training(model, tmp_path / "whole.pt", 12), epoch, lambda done, total, loss: losses.append(loss))
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.1
    assert whole and all(name.startswith("encoder.") for name in whole)
    assert max(float(np.abs(difference).max()) for difference in whole.values()) > 1e-5

    class Interrupted(Exception):
        pass

    def stop(done, total, loss):
        if done == 8:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(Training(model, tmp_path / "broken.pt", 12), epoch, stop)
    again = train(Training(model, tmp_path / "broken.pt", 12), epoch)
    assert all(np.allclose(again[name], whole[name], atol=1e-5) for name in whole)
