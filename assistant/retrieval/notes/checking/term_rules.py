"""A rule on the folder's words: what several notes use, one of them must define."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.retrieval.notes.checking.findings import Folder, Spot
from assistant.retrieval.notes.checking.sheet import Section, Sheet

USED_IN = 3  # notes from which on a term needs a definition
# Units, and what everybody knows who reads this at all.
_KNOWN = frozenset(
    """
    KB MB GB TB KIB MIB GIB USD EUR OK ID UTC URL PDF HTML JSON CSV XML YAML ASCII UTF US USA UK EU UN PC TV FAQ
    HTTP HTTPS SSH SQL OS LINUX II III IV VI AM PM AD BC MHZ GHZ PNG JPEG SVG MIT IBM OR AND NOT XOR NO AB CO2
    """.split()  # noqa: SIM905
)
_SHORT = r"[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*"
_ABBREVIATION = re.compile(rf"(?<![\w$\\./\"-])({_SHORT})(?:s|'s)?(?![\w-])")
_IN_BRACKETS = re.compile(r"[\w.'-]+ \(([^()]{2,80})\)")
_BEFORE_LONG_FORM = re.compile(rf"\b({_SHORT})s? \([A-Za-z][\w'-]*[ ,/][A-Za-z]")
_SPELT_OUT = re.compile(rf"\b({_SHORT})s?,? (?:is short for|stands for|short for|means)\b")
_ALSO_CALLED = re.compile(rf"\b(?:written|called|known as|abbreviated(?: as| to)?|short:?) ({_SHORT})s?\b")
_BOLD = re.compile(r"\*\*([A-Za-z][\w -]{2,40}?)\*\*")
_SUBJECT = re.compile(
    r"What (?:is|are) (?!(?:the )?\w+ (?:and|or) \w+ of\b)"  # not "the advantages and disadvantages of"
    r"(?:an? |the )?([\w -]{2,40}?)(?: and .*| \(.*| in .*|, .*)?\?$"
)
_NO_PROSE = re.compile(r"\$\$?[^$]+\$\$?|`[^`]*`|\]\([^)]*\)")
_MARKS = str.maketrans("", "", "*_")


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a term is used first, and in how many notes."""

    sheet: Sheet
    notes: int


def undefined_terms(folder: Folder) -> Iterator[Spot]:
    """A term that three notes use and none defines, at the place where it is used first.

    Terms are abbreviations in capitals, what is set in bold, and the subjects of headings such as "What is X?". A term
    is defined where a section's heading and its first sentence both name it, where a first sentence begins with it, and
    an abbreviation also where it stands in brackets behind its long form, or its long form behind it.
    """
    prose = {sheet.path: _NO_PROSE.sub(" ", _text_of(sheet)) for sheet in folder.sheets}
    spelt = {short for text in prose.values() for short in _spelt_out(text)}
    openings = [
        (section.heading, section.sentences[0].text.translate(_MARKS))
        for sheet in folder.sheets
        for section in sheet.sections
        if section.sentences
    ]
    lowered = [(heading.lower(), opening.lower()) for heading, opening in openings]
    for term, use in sorted(_uses(folder, prose).items()):
        if use.notes >= USED_IN and term not in spelt and not any(_defines(term.lower(), *pair) for pair in lowered):
            yield Spot(use.sheet.path, _line_of(use.sheet, term), term)


def _uses(folder: Folder, prose: dict[str, str]) -> dict[str, _Use]:
    users: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in folder.sheets:
        terms = [term for term in _ABBREVIATION.findall(prose[sheet.path]) if term not in _KNOWN]
        terms += [name.strip().lower() for name in _BOLD.findall(prose[sheet.path])]
        for term in dict.fromkeys(terms):
            users[term].append(sheet)
    lowered = {path: text.lower() for path, text in prose.items()}
    for section in (section for sheet in folder.sheets for section in sheet.sections):
        subject = _undefined_subject(section)
        if subject and subject not in users:
            users[subject] = [sheet for sheet in folder.sheets if subject in lowered[sheet.path]]
    return {term: _Use(sheets[0], len(sheets)) for term, sheets in users.items() if sheets}


def _undefined_subject(section: Section) -> str:
    """What a heading asks for and the first sentence does not name; empty otherwise."""
    subject = _SUBJECT.match(section.heading)
    if not subject or not section.sentences:
        return ""
    opening = section.sentences[0].text.translate(_MARKS).lower()
    return "" if all(_root(word) in opening for word in subject[1].lower().split()) else subject[1].lower()


def _root(word: str) -> str:
    """A word without its plural: "matrices" and "matrix" begin alike."""
    return word[: max(3, len(word) - 3)]


def _spelt_out(text: str) -> Iterator[str]:
    plain = text.translate(_MARKS)
    for inner in _IN_BRACKETS.findall(plain):
        yield from (short.removesuffix("s") for short in re.findall(rf"\b{_SHORT}s?\b", inner))
    yield from _BEFORE_LONG_FORM.findall(plain)
    yield from _SPELT_OUT.findall(plain)
    yield from _ALSO_CALLED.findall(plain)


def _defines(term: str, heading: str, opening: str) -> bool:
    """Whether a section says what a term is; all in small letters."""
    if term not in opening:
        return False
    name = rf"\b{re.escape(term)}(?:e?s)?\b"
    if re.match(rf"(?:(?:a|an|the|in|[\w-]+'s) )*(?:[\w-]+ )?[\"'“]?{name}", opening):
        return True
    return term in heading and re.search(name, heading) is not None and re.search(name, opening) is not None


def _text_of(sheet: Sheet) -> str:
    return "\n".join(sentence.text for section in sheet.sections for sentence in section.sentences)


def _line_of(sheet: Sheet, term: str) -> int:
    found = re.compile(rf"\b{re.escape(term)}", re.I)
    for section in sheet.sections:
        for sentence in section.sentences:
            if found.search(sentence.text):
                return sentence.line
    return 1
