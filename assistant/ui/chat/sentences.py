"""The sentences that the model wrote, as Markdown: supported ones with their source, the others shaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.core.records import CheckedSentence, LeadSentence
from assistant.grounding.lead import beyond_lead, lead_text
from assistant.ui.shared.safe import LinkTo, nowhere, safe_markdown

_MARKER = re.compile(r"^(?:[-*+]|\d+[.)])\s+|^#{1,6}\s+|^>\s*")
AGAINST = ":red-badge[:material/warning: the notes say otherwise]"


def badge(source: int | None) -> str:
    """The number of a source as it stands in the text."""
    return f":blue-badge[{source}]" if source is not None else ""


def lead_markdown(lead: Sequence[LeadSentence], links: Mapping[int, LinkTo] | None = None) -> str:
    """What the notes say, with the number of each source behind the last sentence that comes from it.

    ``links`` says for each source where the links of its note lead.
    """
    leads_to = links or {}
    drawn = [replace(each, text=safe_markdown(each.text, leads_to.get(each.source, nowhere))) for each in lead]
    return lead_text(drawn, lambda source: f" {badge(source)}")


def supported_markdown(sentences: Sequence[CheckedSentence], lead: Sequence[LeadSentence] = ()) -> str:
    """What the notes support, each sentence with the number of its source; what the lead has said is not said again."""
    return "".join(
        sentence.gap + _followed(safe_markdown(sentence.text), badge(sentence.source))
        for sentence in beyond_lead((each for each in sentences if each.is_supported), lead)
    ).strip()


def whole_markdown(sentences: Sequence[CheckedSentence]) -> str:
    """All that the model wrote, in its order; what the notes do not say is shaded, what they contradict is marked."""
    return "".join(sentence.gap + _marked(sentence) for sentence in sentences).strip()


def count_unsupported(sentences: Sequence[CheckedSentence]) -> int:
    """How many sentences no passage supports."""
    return sum(not sentence.is_supported for sentence in sentences)


def count_contradicted(sentences: Sequence[CheckedSentence]) -> int:
    """How many sentences a passage speaks against."""
    return sum(sentence.contradicted for sentence in sentences)


def _marked(sentence: CheckedSentence) -> str:
    text = safe_markdown(sentence.text)
    if sentence.contradicted:
        return _followed(shaded(text, "red"), AGAINST)
    return _followed(text, badge(sentence.source)) if sentence.source is not None else shaded(text, "gray")


def shaded(text: str, color: str) -> str:
    """Markdown on a coloured ground; text that would break out of the mark gets a coloured bar before it instead."""
    marker = _MARKER.match(text)
    start = marker.end() if marker else 0
    inner = text[start:]
    if "```" in inner or "\n\n" in inner or not _balanced(inner):
        return f"{text[:start]}:{color}-background[▍] {inner}"
    return f"{text[:start]}:{color}-background[{inner}]"


def _followed(text: str, mark: str) -> str:
    """The text with a mark behind it; behind a code block it needs a line of its own."""
    return f"{text}\n\n{mark}" if text.endswith("```") else f"{text} {mark}"


def _balanced(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"(?<!\\)[\[\]]", text):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            return False
    return depth == 0 and not text.endswith("\\")
