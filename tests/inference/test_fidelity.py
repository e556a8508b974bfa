"""What 8 bits cost: a small GPT-2 that has really learned something, trained here on the notes, before and after."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from stateful import Stateful
from tiny_gpt2 import END, train_tokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from assistant.chat.prompt import snippet
from assistant.core.records import Hit, Note
from assistant.core.settings import REPOSITORY
from assistant.inference.gpt2.convert import convert
from assistant.retrieval.notes.library import read_library

pytestmark = pytest.mark.slow  # trains for a minute or two on two cores

VOCABULARY, WINDOW = 1024, 128
STEPS, BATCH, RATE = 600, 8, 6e-3
HELD_OUT_WINDOWS = 64


@pytest.fixture(scope="module")
def halves() -> tuple[str, str]:
    """The text of the notes: nine tenths to train on, and whole notes that training never sees."""
    notes = read_library(REPOSITORY / "knowledge").notes
    held_out = [note for note in notes if zlib.crc32(note.path.encode()) % 10 == 0]
    return _text([note for note in notes if note not in held_out]), _text(held_out)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory, halves) -> Path:
    """A GPT-2 of 2 layers and 128 units trained from scratch, with its own byte-level tokenizer."""
    folder = tmp_path_factory.mktemp("fidelity") / "checkpoint"
    tokenizer = train_tokenizer(halves[0], VOCABULARY)
    tokenizer.save_pretrained(folder)
    sizes = {"n_layer": 2, "n_embd": 128, "n_head": 4, "n_positions": WINDOW, "vocab_size": VOCABULARY}
    drops = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(**sizes, **drops, bos_token_id=0, eos_token_id=0)).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS, pct_start=0.1)
    windows = torch.tensor(_windows(tokenizer, halves[0]))
    for _ in range(STEPS):
        batch = windows[torch.randint(len(windows), (BATCH,))]
        model(batch, labels=batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def held_out(checkpoint, halves) -> np.ndarray:
    windows = _windows(PreTrainedTokenizerFast.from_pretrained(checkpoint), halves[1])
    return windows[np.random.default_rng(0).permutation(len(windows))[:HELD_OUT_WINDOWS]]


@pytest.fixture(scope="module")
def full_precision(checkpoint, held_out) -> float:
    """Perplexity of the checkpoint as transformers runs it in fp32."""
    model = GPT2LMHeadModel.from_pretrained(checkpoint, dtype=torch.float32).eval()
    with torch.no_grad():
        return _perplexity(lambda ids: model(torch.tensor(ids)).logits.numpy(), held_out)


def test_the_small_model_has_learned_the_notes(checkpoint, halves, held_out, full_precision):
    """Else rounding could do no harm. It is compared with one that knows only how frequent each token is."""
    windows = _windows(PreTrainedTokenizerFast.from_pretrained(checkpoint), halves[0])
    frequency = np.log(np.bincount(windows.ravel(), minlength=VOCABULARY) + 1)
    frequencies_only = _perplexity(lambda ids: np.broadcast_to(frequency, (*ids.shape, VOCABULARY)), held_out)
    print(f"held-out perplexity {full_precision:.1f}, by frequencies alone {frequencies_only:.1f}")
    assert full_precision < frequencies_only / 2.5


def test_perplexity_at_8_bits_is_within_1_percent(tmp_path, checkpoint, held_out, full_precision):
    """As the engine runs it, the processor's own rounding of activations and cache included; 4 bits round more."""
    ways = {bits: _converted(checkpoint, tmp_path, bits) for bits in (32, 8, 4)}
    change = {bits: _perplexity(way, held_out) / full_precision - 1 for bits, way in ways.items()}
    exact = ways[32](held_out[:BATCH])
    moved = {bits: float(np.abs(ways[bits](held_out[:BATCH]) - exact).mean()) for bits in (8, 4)}
    print(f"held-out perplexity {full_precision:.2f} in fp32; changed by", {k: f"{v:+.3%}" for k, v in change.items()})
    print("logits moved by", moved)
    assert abs(change[8]) < 0.01
    assert moved[4] > 1.5 * moved[8] > 0  # the measure sees rounding


def _converted(checkpoint: Path, folder: Path, bits: int) -> Callable[[np.ndarray], np.ndarray]:
    model = Stateful(convert(checkpoint, folder / str(bits), bits), {})

    def logits(ids: np.ndarray) -> np.ndarray:
        model.forget()
        return model.logits(ids)

    return logits


def _perplexity(logits, windows: np.ndarray) -> float:
    """Of each token but the first of a window, given those before it."""
    total = 0.0
    for at in range(0, len(windows), BATCH):
        ids = windows[at : at + BATCH]
        rows = torch.tensor(logits(ids)[:, :-1]).double().flatten(0, 1)
        total += torch.nn.functional.cross_entropy(rows, torch.tensor(ids[:, 1:]).flatten(), reduction="sum").item()
    return math.exp(total / (len(windows) * (WINDOW - 1)))


def _text(notes: list[Note]) -> str:
    return END.join(snippet(Hit(1, 1.0, passage)) for note in notes for passage in note.passages)


def _windows(tokenizer: PreTrainedTokenizerFast, text: str) -> np.ndarray:
    """Token ids [windows, WINDOW], end to end."""
    ids = np.array(tokenizer(text)["input_ids"], np.int64)
    return ids[: len(ids) // WINDOW * WINDOW].reshape(-1, WINDOW)
