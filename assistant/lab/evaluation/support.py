"""Runs the labelled sentences through the citations: what is shown as supported, and what should be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from assistant.core.records import CheckedSentence
from assistant.core.vectors import Embed
from assistant.grounding.citations import Citations, Comparison
from assistant.grounding.support_model import SupportModel
from assistant.grounding.units import cut
from assistant.lab.evaluation.labelled import Labelled, evidence_of, kept_evidence
from assistant.retrieval.index.catalog import Catalog

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled sentence and what the citations say to it."""

    labelled: Labelled
    checked: CheckedSentence
    compared: tuple[Comparison, ...]
    seconds: float  # of the check, embedding included


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences whose support lies in one range: a calibrated model is right as often as it says."""

    low: float
    high: float
    sentences: int
    said: float  # mean of the support that was given
    true: float  # share that is labelled as supported


@dataclass(frozen=True, slots=True)
class SupportReport:
    """How well "supported" is told from the rest, on one half of the labelled sentences."""

    supported: int
    contradicted: int
    unrelated: int
    precision: float  # share of the sentences shown as supported that are
    recall: float  # share of the supported sentences that are shown as such
    contradictions_shown: float  # share of the contradicted sentences that are shown as supported: the worst fault
    contradictions_marked: float  # share of the contradicted sentences that are marked as contradicted
    marked_rightly: float  # share of the sentences marked as contradicted that are
    calibration: tuple[Bin, ...]
    calibration_error: float  # mean distance of what was said and what is true, weighted by sentences
    p50_ms: float
    p95_ms: float


def judge_all(catalog: Catalog, embed: Embed, model: SupportModel, sentences: Sequence[Labelled]) -> list[Judged]:
    """Every sentence compared with its evidence. Raises AssistantError when a section is gone."""
    sections = {passage.section: passage for passage in (*catalog.index.passages, *kept_evidence())}
    judged = []
    for _, group in groupby(sentences, key=lambda one: (one.group, one.evidence)):
        together = list(group)
        hits = evidence_of(together[0], [sections[name] for name in together[0].evidence if name in sections])
        citations = Citations(together[0].question, hits, embed, catalog.lexical.rarity, model)
        for one in together:
            unit = cut(one.sentence)[0]
            began = time.perf_counter()
            checked = citations.check(unit)
            seconds = time.perf_counter() - began
            compared = tuple(citations.compare(one.sentence)) if citations.claims(unit) else ()
            judged.append(Judged(one, checked, compared, seconds))
    return judged


def report_on(judged: Sequence[Judged]) -> SupportReport:
    """The figures of some judged sentences."""
    labels = [one.labelled.label for one in judged]
    shown = [label for one, label in zip(judged, labels, strict=True) if one.checked.source is not None]
    marked = [label for one, label in zip(judged, labels, strict=True) if one.checked.contradicted]
    bins = _bins(judged)
    seconds = [one.seconds for one in judged]
    return SupportReport(
        supported=labels.count("supported"),
        contradicted=labels.count("contradicted"),
        unrelated=labels.count("unrelated"),
        precision=_share(shown.count("supported"), len(shown)),
        recall=_share(shown.count("supported"), labels.count("supported")),
        contradictions_shown=_share(shown.count("contradicted"), labels.count("contradicted")),
        contradictions_marked=_share(marked.count("contradicted"), labels.count("contradicted")),
        marked_rightly=_share(marked.count("contradicted"), len(marked)),
        calibration=tuple(bins),
        calibration_error=sum(one.sentences * abs(one.said - one.true) for one in bins) / max(1, len(judged)),
        p50_ms=round(float(np.quantile(seconds, 0.5)) * 1000, 1),
        p95_ms=round(float(np.quantile(seconds, 0.95)) * 1000, 1),
    )


def _bins(judged: Sequence[Judged]) -> list[Bin]:
    found = []
    for low, high in pairwise(BINS):
        inside = [one for one in judged if low <= one.checked.support < high or one.checked.support == high == 1.0]
        if inside:
            said = sum(one.checked.support for one in inside) / len(inside)
            true = sum(one.labelled.label == "supported" for one in inside) / len(inside)
            found.append(Bin(low, high, len(inside), said, true))
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
