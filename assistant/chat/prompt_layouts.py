"""How a prompt is written down: for chat models, for models that retell, for base models such as GPT-2."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.core.errors import AssistantError
from assistant.core.records import ModelInfo, Turn

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


def _unusable(fault: TemplateError) -> AssistantError:
    return AssistantError(f"The model's chat template cannot be used: {fault}. Choose another model.")


def _raise(message: str) -> None:
    raise TemplateError(message)
