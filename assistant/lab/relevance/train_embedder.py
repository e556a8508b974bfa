"""MiniLM learns on the question book: a question comes near to its section and its sentences, and away from others.

The loss is contrastive (InfoNCE, van den Oord et al., 2018), both ways between questions and passages and from
questions to sentences, with the other texts of the batch as negatives (Karpukhin et al., 2020). The word table, half of
the weights, stays as it was packaged, so that what is learned is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from transformers import AutoModel, AutoTokenizer

from assistant.core.vectors import Vectors
from assistant.lab.relevance.batches import Batch, Epoch

LEARNING_RATE, WARM_UP, WEIGHT_DECAY, LAST_SHARE = 4e-5, 20, 0.01, 0.02
SCALE = 20.0  # cosines are multiplied by it before the softmax
SENTENCES = 0.5  # weight of the loss on sentences
QUESTION_TOKENS, PASSAGE_TOKENS, SENTENCE_TOKENS = 64, 160, 64
SAVED_EVERY = 50  # steps
APART = -1e4  # in place of a logit that must not count

Report = Callable[[int, int, float], None]  # steps done, all steps, loss


@dataclass(frozen=True, slots=True)
class Training:
    """Where the packaged model is, where the training is kept while it goes on, and how many steps it takes."""

    model: Path
    checkpoint: Path
    steps: int | None = None  # at most; None: the whole epoch


def train(training: Training, epoch: Epoch, report: Report = lambda done, total, loss: None) -> dict[str, Vectors]:
    """The differences to the packaged weights, float32, by the names of the tensors.

    A training that was interrupted goes on at its checkpoint. On two cores a step takes 4 to 7 seconds.
    """
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(training.model)
    model = AutoModel.from_pretrained(training.model, attn_implementation="sdpa")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.embeddings.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # an epoch is too short to remember rows by heart
    steps = len(epoch) if training.steps is None else min(training.steps, len(epoch))
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / WARM_UP) * max(LAST_SHARE, 1 - step / steps)
    )
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    done = _load(training.checkpoint, parts)
    embed = _Embed(model, tokenizer)
    for batch in epoch.batches(done):
        if done >= steps:
            break
        loss = loss_of(batch, embed)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        schedule.step()
        done += 1
        report(done, steps, loss.item())
        if done % SAVED_EVERY == 0 or done == steps:
            _save(training.checkpoint, parts, done)
    after = model.state_dict()
    return {
        name: (after[name] - tensor).numpy()
        for name, tensor in before.items()
        if name.startswith("encoder.") and tensor.is_floating_point()
    }


class _Embed:
    """Texts to unit vectors, as ``MiniLM`` makes them."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model, self._tokenizer = model, tokenizer

    def __call__(self, texts: Sequence[str], most: int) -> torch.Tensor:
        """[texts, dimension]; each text is cut after ``most`` tokens."""
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, max_length=most, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self._model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).float()
        return F.normalize((hidden.float() * mask).sum(1) / mask.sum(1), dim=-1)


Embed = Callable[[Sequence[str], int], torch.Tensor]


def loss_of(batch: Batch, embed: Embed) -> torch.Tensor:
    """How far the batch is from each question being nearest to its own passage and sentence."""
    count = len(batch.questions)
    asked = embed([*batch.questions, *batch.off_topic], QUESTION_TOKENS)
    questions, off_topic = asked[:count], asked[count:]
    passages = embed(batch.passages, PASSAGE_TOKENS)
    twins = _equal(batch.sections, batch.sections)
    twins.fill_diagonal_(fill_value=False)
    own = torch.arange(count)
    to_passage = F.cross_entropy((SCALE * questions @ passages.T).masked_fill(twins, APART), own)
    back = torch.cat([(SCALE * passages @ questions.T).masked_fill(twins, APART), SCALE * passages @ off_topic.T], 1)
    return (to_passage + F.cross_entropy(back, own)) / 2 + SENTENCES * _sentence_loss(batch, questions, embed)


def _sentence_loss(batch: Batch, questions: torch.Tensor, embed: Embed) -> torch.Tensor:
    if not batch.planned:
        return torch.zeros(())
    sentences = embed([*batch.wanted, *batch.unwanted], SENTENCE_TOKENS)
    sections = [batch.sections[place] for place in batch.planned]
    others = [sections[place] for place in batch.unwanted_of]
    apart = torch.cat([_equal(sections, sections), _equal(sections, others)], 1)  # may answer this question as well
    for place in range(len(sections)):
        apart[place, place] = False
    for column, place in enumerate(batch.unwanted_of, start=len(sections)):
        apart[place, column] = False
    logits = (SCALE * questions[list(batch.planned)] @ sentences.T).masked_fill(apart, APART)
    return F.cross_entropy(logits, torch.arange(len(sections)))


def _equal(rows: Sequence[str], columns: Sequence[str]) -> torch.Tensor:
    return torch.tensor([[row == column for column in columns] for row in rows], dtype=torch.bool).reshape(
        len(rows), len(columns)
    )


def _load(file: Path, parts: dict[str, Any]) -> int:
    """Steps that were done before; 0 without a checkpoint."""
    if not file.exists():
        return 0
    kept = torch.load(file, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(kept[name])
    return int(kept["done"])


def _save(file: Path, parts: dict[str, Any], done: int) -> None:
    """Keep all that is needed to go on; the file appears whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    torch.save({"done": done, **{name: part.state_dict() for name, part in parts.items()}}, aside)
    aside.replace(file)
