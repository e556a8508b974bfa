"""Six short notes and a tiny GPT-2 that can read their prompts, for the tests of fine-tuning."""

from __future__ import annotations

from pathlib import Path

from tiny_gpt2 import make, train_tokenizer

from assistant.chat.prompt_layouts import QuestionAnswerLayout
from assistant.core.records import Note
from assistant.retrieval.notes.parsing import parse_note

WINDOW = 512
CHAT = (
    "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
SUBJECTS = {
    "Dropout": "sets random units to zero during training",
    "Momentum": "adds a part of the last step to the next one",
    "Warmup": "raises the learning rate over the first steps",
    "Pooling": "takes the largest value of each small region",
    "Attention": "weighs the values by how well keys match queries",
    "Embedding": "gives each word a vector that is learned",
}


def small_notes() -> tuple[Note, ...]:
    """One note a subject, with a heading that asks, one that does not, and one that compares."""
    return tuple(parse_note(f"{name.lower()}.md", _text(name, does).encode()) for name, does in SUBJECTS.items())


def write_small_notes(folder: Path) -> Path:
    """The same notes as files."""
    folder.mkdir()
    for name, does in SUBJECTS.items():
        (folder / f"{name.lower()}.md").write_text(_text(name, does), encoding="utf-8")
    return folder


def small_model(folder: Path, chat: bool = False, **config) -> Path:
    """A checkpoint with random weights, whose window holds a prompt with three of the sections."""
    text = QuestionAnswerLayout().render([], [], "") + "".join(_text(*subject) for subject in SUBJECTS.items())
    tokenizer = train_tokenizer(text * 2, 600)
    if chat:
        tokenizer.chat_template = CHAT
    return make(folder, tokenizer, **({"n_positions": WINDOW, "initializer_range": 0.02} | config))


def _text(name: str, does: str) -> str:
    return f"""---
title: {name}
---

## What is {name.lower()}?

{name} {does}. {name} has *few* settings. {name} helps most models.

## Limits

{name} cannot repair bad data. It costs `{len(name)}` seconds.

## {name} vs nothing

{name} {does}, and nothing does not.
"""
