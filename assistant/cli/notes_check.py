"""``notes check``: what in the notes cannot be quoted well, is missing or is broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.core.errors import NoteError
from assistant.retrieval.notes.checking.check import Report, read_file, read_folder
from assistant.retrieval.notes.checking.check import check as check_folder
from assistant.retrieval.notes.checking.findings import Rule
from assistant.retrieval.notes.checking.rules import RULES


@click.command()
@click.argument("where", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER|FILE]...")
@json_option
@knowledge_option
@click.option("--rule", "names", multiple=True, metavar="NAME", help="Only this rule; may be given several times.")
@click.option("--counts", is_flag=True, help="Print how often each rule is broken, and no places.")
@click.option("--strict", is_flag=True, help="Fail when a rule is broken more often than the shipped notes may.")
def check(
    where: tuple[Path, ...], as_json: bool, knowledge: Path | None, names: tuple[str, ...], counts: bool, strict: bool
) -> int:
    """Check the form of notes: the knowledge folder, or the given files and folders.

    The exit status is 1 when a rule that must hold is broken; most rules on wording only count.
    """
    rules = _rules_named(names)
    report = _checked(where, settings_for(knowledge).knowledge, rules)
    if as_json:
        click.echo(json.dumps(_view(report), ensure_ascii=False, indent=2))
    else:
        if not counts:
            _print_places(report)
        _print_counts(report)
    failed = report.over_budget if strict else report.broken
    if failed:
        click.echo("failed: " + ", ".join(rule.name for rule in failed), err=True)
    return 1 if failed else 0


def _rules_named(names: Sequence[str]) -> tuple[Rule, ...]:
    known = {rule.name: rule for rule in RULES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"there is no rule {unknown[0]!r}; there are {', '.join(known)}.", param_hint="--rule")
    return tuple(known[name] for name in names) if names else RULES


def _checked(where: Sequence[Path], knowledge: Path, rules: Sequence[Rule]) -> Report:
    """One report on all places; those in the knowledge folder are checked as parts of it."""
    if not where:
        return check_folder(read_folder(knowledge), rules)
    inside: list[str] = []
    reports: list[Report] = []
    root = knowledge.resolve()
    for place in where:
        if not place.exists():
            raise NoteError(f"{place} does not exist. Name a folder of notes or a note.")
        if place.resolve().is_relative_to(root) and place.resolve() != root:
            inside.append(place.resolve().relative_to(root).as_posix())
        else:
            reports.append(check_folder(read_folder(place) if place.is_dir() else read_file(place), rules))
    if inside:
        reports.append(check_folder(read_folder(knowledge), rules, inside))
    findings = tuple(finding for rule in rules for report in reports for finding in report.of(rule))
    return Report(sum(report.notes for report in reports), tuple(rules), findings)


def _print_places(report: Report) -> None:
    for rule in report.rules:
        found = report.of(rule)
        if found:
            click.echo(f"{rule.name}: {rule.says}")
            for finding in found:
                click.echo(f"  {finding.file}:{finding.line}: {finding.sentence}")
            click.echo()


def _print_counts(report: Report) -> None:
    click.echo(f"{report.notes} notes")
    for rule in report.rules:
        allowed = "only warns" if rule.allowed is None else f"allowed in the shipped notes: {rule.allowed}"
        click.echo(f"  {rule.name:<18} {len(report.of(rule)):>5}  ({allowed})")


def _view(report: Report) -> dict[str, object]:
    return {
        "notes": report.notes,
        "counts": {rule.name: len(report.of(rule)) for rule in report.rules},
        "broken": [rule.name for rule in report.broken],
        "findings": [asdict(finding) for finding in report.findings],
    }
