"""``ask``: a question on the command line, or one a line on standard input."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from assistant.app.assembly import Parts, assemble
from assistant.app.facts import assistant_facts
from assistant.chat.conversation import turn_of
from assistant.chat.events import Checked, Event, Finished, Found, answer_of
from assistant.cli.json_views import answer_view
from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.cli.progress import ProgressBar
from assistant.cli.questions import Line, answer_each, line_of, questions_from_input
from assistant.cli.text_views import print_figure, print_hit
from assistant.cli.waiting import await_model
from assistant.core.errors import AssistantError
from assistant.core.records import Answer, CheckedSentence, LeadSentence, Told, Turn
from assistant.grounding.illustration import figure_of
from assistant.grounding.lead import beyond_lead, lead_text
from assistant.inference.decoding import PRESETS, Decoding, decoding_for
from assistant.understanding.messages.about_assistant import AssistantFacts


@click.command()
@click.argument("question", required=False)
@json_option
@knowledge_option
@click.option("--model", help="auto, none, embedded, gpt2-xl, a folder, a GGUF file or a hub id.")
@click.option("--k", "snippets", type=click.IntRange(1, 10), help="Passages put before the question. [default: 3]")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="How the model decodes. [default: focused]")
@click.option("--max-new-tokens", type=int, help="Longest answer, in tokens.")
@click.option("--num-beams", type=int, help="Beams of beam search; 1 is none, 0 as suits the model.")
@click.option("--beam-stage", type=int, help="Beams: the likeliest is kept after so many tokens; 0: at the end.")
@click.option("--no-repeat-ngram-size", type=int, help="Token sequences of this length occur once; 0 is off.")
@click.option("--early-stopping/--no-early-stopping", default=None, help="Beam search ends at enough answers.")
@click.option("--temperature", type=float, help="0: always the likeliest token.")
@click.option("--top-k", type=int, help="Sample among this many tokens; 0 is off.")
@click.option("--top-p", type=float, help="Sample among tokens that hold this much probability.")
@click.option("--repetition-penalty", type=float, help="Above 1, used tokens become less likely.")
@click.option("--seed", type=int, help="Of sampling: the same seed gives the same answer.")
def ask(
    question: str | None,
    as_json: bool,
    knowledge: Path | None,
    model: str | None,
    snippets: int | None,
    preset: str | None,
    **parameters: int | float | bool | None,
) -> int:
    """Answer QUESTION from the notes, with sources.

    Without QUESTION, on a terminal: a conversation. Otherwise one question a line is read from standard input and one
    JSON object a line is written. A line may be {"chat": "a", "question": "..."}: those of a chat follow one another.
    """
    settings = settings_for(knowledge, model=model, snippets=snippets, preset=preset)
    decoding = decoding_for(settings.preset, **parameters)
    bar = ProgressBar()
    # A one-off answer is no occasion to download gigabytes, unless that model was named.
    parts = assemble(settings, bar, upgrade=settings.model != "auto")
    bar.close()
    try:
        await_model(parts)
        chats = _Chats(parts, decoding)
        if question is None and sys.stdin.isatty() and not as_json:
            return _converse(chats)
        if question is None:
            return answer_each(questions_from_input(), lambda text: answer_view(chats.answer(line_of(text))))
        if as_json:
            answer = chats.answer(Line(question))
            click.echo(json.dumps(answer_view(answer), ensure_ascii=False, indent=2))
            return 0
        _print_stream(chats.events(Line(question)), settings.knowledge)
        return 0
    finally:
        parts.close()


class _Chats:
    """Conversations by name, each with the turns that its next question follows on."""

    def __init__(self, parts: Parts, decoding: Decoding) -> None:
        self._parts, self._decoding = parts, decoding
        self._turns: defaultdict[str, list[Turn]] = defaultdict(list)

    def events(self, line: Line) -> Iterator[Event]:
        """The events of the next answer; a line without a chat follows on nothing."""
        parts, history = self._parts, self._turns[line.chat] if line.chat is not None else []

        def facts() -> AssistantFacts:
            return assistant_facts(parts.settings, parts.info, parts.store.library, "folder")

        catalog, snippets = parts.store.catalog(), parts.settings.snippets
        for event in parts.assistant.ask(line.question, catalog, self._decoding, history, snippets, facts):
            if isinstance(event, Finished) and line.chat is not None:
                history.append(turn_of(event.answer))
            yield event

    @property
    def knowledge(self) -> Path:
        """The folder that figures are in."""
        return self._parts.settings.knowledge

    def answer(self, line: Line) -> Answer:
        """The next answer, once it is complete."""
        return answer_of(self.events(line))


def _converse(chats: _Chats) -> int:
    """Ask and answer until the input ends."""
    click.echo("Ask; an empty line or Ctrl-D ends.", err=True)
    while question := _typed():
        try:
            _print_stream(chats.events(Line(question, chat="")), chats.knowledge)
        except AssistantError as fault:
            click.echo(f"error: {fault}", err=True)
        click.echo()
    return 0


def _typed() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _print_stream(events: Iterator[Event], knowledge: Path) -> None:
    shown = False
    lead: tuple[LeadSentence, ...] = ()
    for event in events:
        if isinstance(event, Found):
            lead = event.lead
            if lead:
                _print_told(event.told)
            _print_lead(lead)
            figure = figure_of(lead, event.retrieval.hits)
            if figure is not None:
                print_figure(figure, knowledge)
                click.echo()
        elif isinstance(event, Checked):
            for sentence in beyond_lead([event.sentence], lead):
                shown = _print_supported(sentence, follows=shown) or shown
        elif isinstance(event, Finished):
            _print_end(event.answer, shown)


def _print_supported(sentence: CheckedSentence, *, follows: bool) -> bool:
    """Print a generated sentence when the notes support it, and say whether they do."""
    if not sentence.is_supported:
        return False
    gap = (sentence.gap or " ") if follows else ""
    click.echo(f"{gap}{sentence.text} [{sentence.source}]", nl=False)
    return True


def _print_told(told: Told) -> None:
    """How the question was taken, where that must be known."""
    if told.corrected:
        click.echo(f"Showing answers for: {told.searched_for}\n")
    if told.remark:
        click.echo(f"{told.remark}\n")


def _print_lead(lead: tuple[LeadSentence, ...]) -> None:
    if lead:
        click.echo(lead_text(lead, lambda source: f" [{source}]") + "\n")


def _print_end(answer: Answer, shown: bool) -> None:
    if answer.sentences:
        _print_unsupported(answer.sentences, shown)
    elif answer.abstained or answer.finish == "reply":
        click.echo(answer.text + "\n")
    if answer.finish == "reply":
        return
    if answer.problem:
        click.echo(f"note: {answer.problem}", err=True)
    click.echo("Nearest notes:" if answer.abstained else "Sources:")
    for hit in answer.nearest if answer.abstained else answer.sources:
        print_hit(hit, whole=False)
    if answer.answer_tokens:
        speed = f", {answer.tokens_per_second:.1f} tokens/s" if answer.tokens_per_second else ""
        click.echo(f"\n{answer.model} ({answer.engine}, {answer.preset}), {answer.answer_tokens} tokens{speed}")


def _print_unsupported(sentences: Sequence[CheckedSentence], shown: bool) -> None:
    """What the model wrote beyond the notes, marked as such."""
    rest = [sentence for sentence in sentences if not sentence.is_supported]
    if len(rest) == len(sentences):
        click.echo("The notes support nothing that the model wrote.\n")
    elif not shown:
        click.echo("What the model wrote and the notes support is said above already.\n")
    else:
        click.echo("\n")
    if rest:
        click.echo("Not in the notes:")
        for sentence in rest:
            text = " ".join(sentence.text.split()) if not sentence.text.startswith("```") else sentence.text
            click.echo(f"  ? {text}" + (" (the notes say otherwise)" if sentence.contradicted else ""))
        click.echo()
