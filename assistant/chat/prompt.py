"""A question and its passages become the text that the model reads, inside the model's window. Pure.

Whole passages are dropped from the end of the ranking when they do not fit; the question is never cut, and the tokens
of the answer are always kept free. The passages that were placed come back with the prompt: they are the sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.core.errors import AssistantError
from assistant.core.markdown import plain_text
from assistant.core.records import Hit, ModelInfo, Prompt, PromptPart, Turn

CountTokens = Callable[[Sequence[str]], list[int]]

ALL = 100  # snippets; the window is the limit
RETELLERS = ("SmolLM2-135M",)  # models too small to answer from several passages
RETELL = (  # the wording that these models were tuned with
    "Provide a concise, objective summary of the input text in up to three sentences, focusing on key actions and "
    "intents without using second or third person pronouns."
)
INSTRUCTIONS = "You are a helpful assistant who explains deep learning."
BASE_INSTRUCTIONS = "Notes about deep learning, followed by questions that are answered from the notes alone."
EXAMPLE_QUESTION = "What is an epoch?"
EXAMPLE_ANSWER = "An epoch is one pass of training over the whole training set."
TURNS_KEPT = 1  # earlier questions put into the prompt; more would push out passages
JOINTS = 12  # tokens that may appear where separately counted texts are joined


class Layout(Protocol):
    """A way to write a prompt down."""

    stop: tuple[str, ...]
    most: int  # snippets that it places at most
    has_turns: bool  # whether earlier turns are placed

    def render(self, snippets: Sequence[str], history: Sequence[Turn], question: str) -> str:
        """The whole prompt."""


class ChatLayout:
    """For models with a chat template: notes and question in the user's turn, the best passage nearest the question.

    Of five wordings and orders tried with the embedded model on 16 tuning questions, this one kept most of the notes'
    words in its answers (44% against 34 to 38%) and stated all key facts most often (3 of 16: the model is small).
    """

    stop: tuple[str, ...] = ()
    most = ALL
    has_turns = True

    def __init__(self, template: str) -> None:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _raise
        try:
            self._template = environment.from_string(template)
        except TemplateError as fault:
            raise _unusable(fault) from None

    def render(self, snippets: Sequence[str], history: Sequence[Turn], question: str) -> str:
        """The messages in the model's own template, open for the assistant's answer."""
        messages = [{"role": "system", "content": INSTRUCTIONS}]
        for turn in history:
            messages += [
                {"role": "user", "content": turn.question},
                {"role": "assistant", "content": turn.answer},
            ]
        notes = "\n\n".join(reversed(snippets))
        asked = f"Using these notes, answer in two or three sentences: {question}"
        messages.append({"role": "user", "content": f"Here are some notes:\n\n{notes}\n\n{asked}"})
        return self._rendered(messages)

    def _rendered(self, messages: Sequence[dict[str, str]]) -> str:
        try:
            return self._template.render(messages=messages, add_generation_prompt=True, bos_token="", eos_token="")
        except TemplateError as fault:  # some templates refuse roles that they do not know
            raise _unusable(fault) from None


class RetellingLayout(ChatLayout):
    """For a chat model too small to answer: it retells the best passage, with the question as its title.

    Measured with the embedded model on 11 tuning questions: 9 of its 40 sentences were supported by the passage, where
    two of 24 were when it was asked the question with three passages before it, and its first word comes three times
    sooner.
    """

    most = 1
    has_turns = False

    def render(self, snippets: Sequence[str], history: Sequence[Turn], question: str) -> str:
        """The best passage below the question; what was said before would be retold, too."""
        passage = snippets[0].partition("\n")[2] if snippets else ""
        return self._rendered(
            [{"role": "system", "content": RETELL}, {"role": "user", "content": f"{question}\n\n{passage}"}]
        )


class QuestionAnswerLayout:
    """For base models such as GPT-2: the notes, one worked example, then the question, open for its answer."""

    stop: tuple[str, ...] = ("\nQuestion:", "\nNotes", "\n\n")
    most = ALL
    has_turns = True

    def render(self, snippets: Sequence[str], history: Sequence[Turn], question: str) -> str:
        """The notes first, so that a repeated question finds them in the prefix cache."""
        notes = "\n\n".join(snippets)
        earlier = "".join(f"Question: {turn.question}\nAnswer: {turn.answer}\n\n" for turn in history)
        return (
            f"{BASE_INSTRUCTIONS}\n\nNotes:\n{notes}\n\n"
            f"Question: {EXAMPLE_QUESTION}\nAnswer: {EXAMPLE_ANSWER}\n\n"
            f"{earlier}Question: {question}\nAnswer:"
        )


@lru_cache(maxsize=8)  # compiling a chat template takes longer than filling it in
def layout_for(model: ModelInfo) -> Layout:
    """The layout that suits a model."""
    if not model.chat_template:
        return QuestionAnswerLayout()
    return RetellingLayout(model.chat_template) if retells(model) else ChatLayout(model.chat_template)


def retells(model: ModelInfo) -> bool:
    """Whether a model is so small that it can retell a passage but not answer from several."""
    return bool(model.chat_template) and model.name.startswith(RETELLERS)


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
    question = defuse(question)
    snippets = [snippet(hit) for hit in hits]
    said = history[-TURNS_KEPT:] if layout.has_turns else ()
    turns = [Turn(defuse(turn.question), defuse(turn.answer)) for turn in said if turn.answer]
    frame, question_cost, *snippet_costs = count_tokens([layout.render([], [], ""), question, *snippets])
    turns_cost = sum(count_tokens([f"{turn.question}\n{turn.answer}" for turn in turns])) if turns else 0
    fixed = frame + question_cost + JOINTS
    if fixed > budget:
        raise AssistantError(
            f"The question must fit the model's window beside its answer: {model.name} has room for "
            f"{max(0, budget - frame - JOINTS)} tokens, the question has {question_cost}. Ask a shorter one."
        )
    best = snippet_costs[0] + JOINTS if snippet_costs else 0
    if turns and fixed + turns_cost + best > budget:
        turns, turns_cost = [], 0
    kept = min(layout.most, _fitting([cost + 2 for cost in snippet_costs], budget - fixed - turns_cost))
    text = layout.render(snippets[:kept], turns, question)
    tokens = count_tokens([text])[0]
    while tokens > budget and kept:  # the sum of the parts was too small after all
        kept -= 1
        text = layout.render(snippets[:kept], turns, question)
        tokens = count_tokens([text])[0]
    if tokens > budget:
        turns, turns_cost = [], 0
        text = layout.render([], [], question)
        tokens = count_tokens([text])[0]
    parts = [
        PromptPart("snippet", hit.passage.name, cost) for hit, cost in zip(hits[:kept], snippet_costs, strict=False)
    ]
    if turns:
        parts.append(PromptPart("history", turns[-1].question, turns_cost))
    parts.append(PromptPart("question", question, question_cost))
    rest = max(0, tokens - sum(part.tokens for part in parts))
    parts.insert(0, PromptPart("instructions", "Instructions and layout", rest))
    return Prompt(
        text=text,
        tokens=tokens,
        window=model.window,
        reserved=reserve,
        placed=tuple(hits[:kept]),
        dropped=tuple(hits[kept:]),
        parts=tuple(parts),
        stop=layout.stop,
        most=layout.most,
    )


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


def _fitting(costs: Sequence[int], room: int) -> int:
    """How many of the costs, from the first on, fit into the room."""
    kept = 0
    for cost in costs:
        room -= cost
        if room < 0:
            break
        kept += 1
    return kept


def _unusable(fault: TemplateError) -> AssistantError:
    return AssistantError(f"The model's chat template cannot be used: {fault}. Choose another model.")


def _raise(message: str) -> None:
    raise TemplateError(message)
