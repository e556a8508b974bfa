"""A question and its passages become the text that the model reads, inside the model's window. Pure.

Whole passages are dropped from the end of the ranking when they do not fit; the question is never cut, and the tokens
of the answer are always kept free. The passages that were placed come back with the prompt: they are the sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from assistant.chat.prompt_layouts import Layout, layout_for
from assistant.core.errors import AssistantError
from assistant.core.markdown import plain_text
from assistant.core.records import Hit, ModelInfo, Prompt, PromptPart, Turn

CountTokens = Callable[[Sequence[str]], list[int]]

TURNS_KEPT = 1  # earlier questions put into the prompt; more would push out passages
JOINTS = 12  # tokens that may appear where separately counted texts are joined


@dataclass(frozen=True, slots=True)
class _Texts:
    """What may be placed."""

    question: str
    snippets: tuple[str, ...]  # best first
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class _Costs:
    """Tokens of each text alone."""

    frame: int  # of the layout without any of them
    question: int
    snippets: tuple[int, ...]
    turns: int

    @property
    def fixed(self) -> int:
        """What every prompt for this question costs."""
        return self.frame + self.question + JOINTS


@dataclass(frozen=True, slots=True)
class _Choice:
    """How much is placed."""

    snippets: int
    has_turns: bool


def build_prompt(
    question: str,
    hits: Sequence[Hit],
    history: Sequence[Turn],
    model: ModelInfo,
    count_tokens: CountTokens,
    reserve: int,
) -> Prompt:
    """The prompt for a question, at most ``model.window - reserve`` tokens long.

    ``hits`` come best first, and those that do not fit are dropped from the end. Of ``history`` the last turn is kept
    when it fits beside at least the best passage. ``count_tokens`` gives the tokens of each of several texts in the
    model's own vocabulary; ``reserve`` tokens are kept free for the answer.

    Raises AssistantError when the question alone does not fit.
    """
    layout = layout_for(model)
    budget = model.window - reserve
    said = history[-TURNS_KEPT:] if layout.has_turns else ()
    turns = tuple(Turn(defuse(turn.question), defuse(turn.answer)) for turn in said if turn.answer)
    texts = _Texts(defuse(question), tuple(snippet(hit) for hit in hits), turns)
    costs = _measure(texts, layout, count_tokens)
    if costs.fixed > budget:
        raise AssistantError(
            f"The question must fit the model's window beside its answer: {model.name} has room for "
            f"{max(0, budget - costs.frame - JOINTS)} tokens, the question has {costs.question}. Ask a shorter one."
        )
    choice, text, tokens = _render_within(budget, texts, _choose(costs, budget, layout.most), layout, count_tokens)
    return Prompt(
        text=text,
        tokens=tokens,
        window=model.window,
        reserved=reserve,
        placed=tuple(hits[: choice.snippets]),
        dropped=tuple(hits[choice.snippets :]),
        parts=_parts(texts, costs, choice, hits, tokens),
        stop=layout.stop,
        most=layout.most,
    )


def _measure(texts: _Texts, layout: Layout, count_tokens: CountTokens) -> _Costs:
    frame, question, *snippets = count_tokens([layout.render([], [], ""), texts.question, *texts.snippets])
    said = [f"{turn.question}\n{turn.answer}" for turn in texts.turns]
    return _Costs(frame, question, tuple(snippets), sum(count_tokens(said)) if said else 0)


def _choose(costs: _Costs, budget: int, most: int) -> _Choice:
    """As many snippets as fit, at most so many; the turns only where the best snippet fits beside them."""
    best = costs.snippets[0] + JOINTS if costs.snippets else 0
    has_turns = bool(costs.turns) and costs.fixed + costs.turns + best <= budget
    room = budget - costs.fixed - (costs.turns if has_turns else 0)
    fitting = sum(total <= room for total in accumulate(cost + 2 for cost in costs.snippets))
    return _Choice(min(most, fitting), has_turns)


def _render_within(
    budget: int, texts: _Texts, choice: _Choice, layout: Layout, count_tokens: CountTokens
) -> tuple[_Choice, str, int]:
    """The text and its tokens; less is placed where the sum of the parts was too small after all."""
    while True:
        turns = texts.turns if choice.has_turns else ()
        text = layout.render(texts.snippets[: choice.snippets], turns, texts.question)
        tokens = count_tokens([text])[0]
        if tokens <= budget or choice == _Choice(0, has_turns=False):
            return choice, text, tokens
        choice = _Choice(choice.snippets - 1, choice.has_turns) if choice.snippets else _Choice(0, has_turns=False)


def _parts(texts: _Texts, costs: _Costs, choice: _Choice, hits: Sequence[Hit], tokens: int) -> tuple[PromptPart, ...]:
    """What fills the window, in the order of the instructions, the passages, the turns and the question."""
    placed = zip(hits[: choice.snippets], costs.snippets, strict=False)
    parts = [PromptPart("snippet", hit.passage.name, cost) for hit, cost in placed]
    if choice.has_turns:
        parts.append(PromptPart("history", texts.turns[-1].question, costs.turns))
    parts.append(PromptPart("question", texts.question, costs.question))
    rest = max(0, tokens - sum(part.tokens for part in parts))
    return (PromptPart("instructions", "Instructions and layout", rest), *parts)


def snippet(hit: Hit) -> str:
    """A passage as the model reads it: its name on one line, then its text without Markdown's marks."""
    return defuse(f"{hit.passage.name}\n{plain_text(hit.passage.text)}")


# What tokenizers would read as control tokens: <|endoftext|>, <|im_start|>, <s>, </s>, [INST], <<SYS>> ...
_CONTROL = re.compile(r"<\|([^|<>\s]{1,40})\|>|<(/?(?:s|unk|pad|bos|eos))>|\[(/?INST)\]|<<(/?SYS)>>", re.I)


def defuse(text: str) -> str:
    """The text with control tokens spelled so that every tokenizer reads them as plain text."""
    while (clean := _CONTROL.sub(lambda match: f"( {next(filter(None, match.groups()))} )", text)) != text:
        text = clean  # again: one mark may have held another
    return text
