"""``evaluate --support``: whether what is shown as supported by the notes really is."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from assistant.app.note_opening import open_note_store
from assistant.cli.progress import ProgressBar
from assistant.core.settings import Settings
from assistant.grounding.support_model import MODEL, shipped_support
from assistant.lab.evaluation.fit_support import fit_support
from assistant.lab.evaluation.labelled import read_labelled
from assistant.lab.evaluation.support import SupportReport, judge_all, report_on


def evaluate_support(settings: Settings, sentences: Path, half: str, *, fit: bool, as_json: bool) -> str:
    """The figures as text or JSON; with ``fit`` the model is first learned from the tuning half and kept."""
    labelled = read_labelled(sentences)
    bar = ProgressBar()
    store, retriever = open_note_store(settings, bar)
    bar.close()
    catalog = store.catalog()
    model = shipped_support()
    if fit:
        tuning = [one for one in labelled if one.half == "tune"]
        model = fit_support(judge_all(catalog, retriever.remembering().embed, model, tuning))
        model.write(MODEL)
    chosen = [one for one in labelled if half in ("all", one.half)]
    report = report_on(judge_all(catalog, retriever.embed, model, chosen))
    record = {"half": half, "sentences": len(chosen), "threshold": model.threshold, **asdict(report)}
    return json.dumps(record, indent=2) if as_json else _table(report, half, model.threshold)


def _table(report: SupportReport, half: str, threshold: float) -> str:
    count = report.supported + report.contradicted + report.unrelated
    lines = [
        f"{count} labelled sentences of the {half} half: {report.supported} supported by their evidence, "
        f"{report.contradicted} contradicted, {report.unrelated} not in it",
        "",
        f"shown as supported from {threshold:.2f} on: precision {report.precision:.3f}, recall {report.recall:.3f}",
        f"contradictions: {report.contradictions_shown:.1%} shown as supported, {report.contradictions_marked:.1%} "
        f"marked; {report.marked_rightly:.1%} of what is marked is one",
        "",
        f"{'support':>12}{'sentences':>11}{'said':>8}{'true':>8}",
    ]
    lines += [
        f"{one.low:>6.1f} - {one.high:.1f}{one.sentences:>11}{one.said:>8.2f}{one.true:>8.2f}"
        for one in report.calibration
    ]
    lines += [
        f"calibration error {report.calibration_error:.3f}",
        "",
        f"one sentence: {report.p50_ms} ms median, {report.p95_ms} ms at the 95th percentile",
    ]
    return "\n".join(lines)
