"""Asks the blind sets: misspelt, everyday, several parts, unknown names, errors, lists, dialogues, kinds of messages.

Each set was written by people who had seen neither notes nor code. No model writes: what is measured is which passages
are found, what the notes' sentences say, and whether the page knows what it was asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import AssistantError
from assistant.core.markdown import plain_text
from assistant.core.records import Answer, Turn
from assistant.lab.evaluation.gold import Question

SETS = Path(__file__).with_name("gold") / "understanding"
FACTS = ("plain", "everyday", "misspelt", "tracebacks", "lists")  # sets whose rows are a question and its facts
COVERED = ("plain", "everyday", "misspelt", "parts", "lists")
UNCOVERED = ("offtopic", "misspelt_offtopic")

Ask = Callable[[str, Sequence[Turn]], Answer]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetFigures:
    """What came of one set: shares of its rows by what is counted."""

    name: str
    rows: int
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one row: each thing that is counted, and the answer behind it."""

    set: str
    id: str
    counts: Mapping[str, bool]
    answer: Answer


def measure_understanding(
    ask: Ask,
    turn_of: Callable[[Answer], Turn],
    half: str,
    report: Callable[[Seen], None] = lambda seen: None,
    rows: Callable[[str], Sequence[Record]] | None = None,
) -> list[SetFigures]:
    """Ask every row of a half ("tune", "test" or "all"). ``report`` is called with what came of each.

    ``rows`` gives those of a set, by its name; all that there are without it.

    Raises AssistantError when a set cannot be read.
    """
    figures = []
    for name in (*FACTS, "parts", "unknown", "kinds", "dialogues", *UNCOVERED):
        seen = []
        for row in (rows or read_set)(name):
            if half in ("all", row["half"]):
                answer, counts = _asked(name, row, ask, turn_of)
                seen.append(Seen(name, row["id"], counts, answer))
                report(seen[-1])
        kinds = dict.fromkeys(kind for one in seen for kind in one.counts)
        shares = {kind: _share([one.counts[kind] for one in seen if kind in one.counts]) for kind in kinds}
        figures.append(SetFigures(name, len(seen), shares))
    return figures


def blind_questions(half: str) -> list[Question]:
    """The rows of a half as questions that are covered or not: what coverage is learned from and measured on."""
    found = []
    for name in (*COVERED, *UNCOVERED):
        for row in read_set(name):
            if row["half"] == half:
                text = str(row.get("clean", row["question"]))
                found.append(Question(row["id"], text, name in COVERED, half, name, (), frozenset()))
    return found


def read_set(name: str) -> list[Record]:
    """The rows of a set. Raises AssistantError when it cannot be read."""
    file = SETS / f"{name}.jsonl"
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as fault:
        raise AssistantError(f"The questions {file} cannot be read: {fault}.") from None


def _asked(name: str, row: Record, ask: Ask, turn_of: Callable[[Answer], Turn]) -> tuple[Answer, dict[str, bool]]:
    if name == "dialogues":
        return _dialogue(row, ask, turn_of)
    if name == "kinds":
        before = [ask("What is dropout?", ())] if row["kind"] == "about_answer" else []
        answer = ask(row["message"], [turn_of(one) for one in before])
        return answer, {
            "right": answer.told.kind == row["kind"] or {answer.told.kind, row["kind"]} == {"question", "error"}
        }
    answer = ask(row["question"], ())
    if name in UNCOVERED:
        return answer, {"refused": answer.abstained}
    if name == "unknown":
        return answer, {"told": _names(answer.told.unknown_terms, row["unknown"])}
    if name == "parts":
        return answer, _parts(row, answer)
    return answer, _facts(row, answer)


def _facts(row: Record, answer: Answer) -> dict[str, bool]:
    least = row.get("least", len(row["facts"]))
    lead = said_in(answer)
    return {
        "found": _stated(row["facts"], found_in(answer)) >= least,
        "said": _stated(row["facts"], lead) >= least
        and not any(re.search(way, lead, re.I) for way in row.get("not", ())),
        "refused": answer.abstained,
    }


def _parts(row: Record, answer: Answer) -> dict[str, bool]:
    facts = [part["facts"] for part in row["parts"]]
    found, said = found_in(answer), said_in(answer)
    return {
        "all found": all(_stated(each, found) == len(each) for each in facts),
        "all said": all(_stated(each, said) == len(each) for each in facts),
        "refused": answer.abstained,
    }


def _dialogue(row: Record, ask: Ask, turn_of: Callable[[Answer], Turn]) -> tuple[Answer, dict[str, bool]]:
    turns: list[Turn] = []
    for turn in row["turns"]:
        answer = ask(turn["question"], tuple(turns))
        turns.append(turn_of(answer))
    facts = row["turns"][-1]["facts"]
    said = _stated(facts, said_in(answer)) == len(facts)
    found = _stated(facts, found_in(answer)) == len(facts)
    return answer, {"found": found, "said": said, f"said: {row['kind']}": said}


def said_in(answer: Answer) -> str:
    """What the notes' sentences of an answer say, or the program's own words, without marks."""
    lead = "\n".join(plain_text(sentence.text) for sentence in answer.lead)
    code = "\n".join(sentence.text for sentence in answer.lead)  # plain text leaves code's own signs out
    return f"{lead}\n{code}" if answer.lead else answer.text


def found_in(answer: Answer) -> str:
    """What the passages say that an answer rests on."""
    hits = answer.sources or answer.nearest
    return "\n".join(f"{hit.passage.name}\n{hit.passage.text}\n{plain_text(hit.passage.text)}" for hit in hits)


def _stated(facts: Sequence[Record], text: str) -> int:
    return sum(any(re.search(way, text, re.I | re.S) for way in fact["any"]) for fact in facts)


def _names(told: Sequence[str], name: str) -> bool:
    """Whether one of the names that were told is the unknown one, or a part of it, or holds it."""
    plain = " ".join(re.findall(r"\w+", name.lower()))
    own = [" ".join(re.findall(r"\w+", each.lower())) for each in told]
    return any(each and (each in plain or plain in each) for each in own)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def rows_of(figures: Sequence[SetFigures]) -> Iterator[tuple[str, int, str, float]]:
    """The figures line by line: set, rows, what is counted, share."""
    for each in figures:
        for kind, share in each.shares.items():
            yield each.name, each.rows, kind, share
