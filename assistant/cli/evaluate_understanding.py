"""``evaluate --understanding``: the blind sets, asked without a model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from assistant.app.assembly import Parts, assemble
from assistant.app.facts import assistant_facts
from assistant.chat.conversation import turn_of
from assistant.chat.events import answer_of
from assistant.cli.json_views import answer_view
from assistant.cli.options import settings_for
from assistant.cli.progress import ProgressBar
from assistant.core.errors import AssistantError, EngineError
from assistant.core.records import Answer, Turn
from assistant.core.settings import Settings
from assistant.inference.decoding import decoding_for
from assistant.lab.evaluation.understanding import Seen, measure_understanding, rows_of, said_in
from assistant.understanding.messages.about_assistant import AssistantFacts


def evaluate_understanding(settings: Settings, half: str, shown: TextIO | None, *, as_json: bool) -> str:
    """The figures of each set as text or JSON; each row's answer goes to the file ``shown``, as JSON lines."""
    bar = ProgressBar()
    parts = assemble(settings_for(settings.knowledge, model="none"), bar, upgrade=False)
    bar.close()

    def report(seen: Seen) -> None:
        if shown is not None:
            shown.write(json.dumps(_row(seen), ensure_ascii=False) + "\n")

    try:
        figures = measure_understanding(lambda text, turns: _ask(parts, text, turns), turn_of, half, report)
    finally:
        parts.close()
    if as_json:
        return json.dumps([asdict(each) for each in figures], indent=2)
    lines = [f"{name:<20}{rows:>5}  {kind:<24}{share:>7.1%}" for name, rows, kind, share in rows_of(figures)]
    return "\n".join([f"The {half} half of the blind sets, answered from the notes alone", "", *lines])


def _ask(parts: Parts, text: str, turns: Sequence[Turn]) -> Answer:
    decoding = decoding_for(parts.settings.preset)
    catalog, snippets = parts.store.catalog(), parts.settings.snippets

    def facts() -> AssistantFacts:
        return assistant_facts(parts.settings, parts.info, parts.store.library, "folder")

    try:
        return answer_of(parts.assistant.ask(text, catalog, decoding, turns, snippets, facts))
    except AssistantError as fault:
        raise EngineError(f"{text[:80]!r} was not answered: {fault}") from None


def _row(seen: Seen) -> dict[str, Any]:
    view = answer_view(seen.answer)
    told = {name: view[name] for name in ("question", "abstained", "kind", "searched_for", "unknown_terms", "remark")}
    sections = [hit.passage.section for hit in seen.answer.sources or seen.answer.nearest]
    return {"set": seen.set, "id": seen.id, **seen.counts, **told, "answer": said_in(seen.answer), "sections": sections}
