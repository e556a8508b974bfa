"""Learns from the answer plans of the question book which sentences of the notes belong into an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.core.records import Hit
from assistant.grounding.lead_features import Features, Place, weigh
from assistant.grounding.lead_model import LeadModel
from assistant.grounding.quotable import quotables
from assistant.lab.questions.book import Row, Section, sections_of
from assistant.retrieval.embedding.cache import CachedEmbedder
from assistant.retrieval.index.asked_questions import Asked, ShippedQuestions
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.retriever import Retriever

EVERY = 5  # of so many questions one is learned from; the others are what learners asked before
NOBODY_ASKED = 4  # of so many examples one is learned from without what others asked
EVERY_TEXT = 1_000_000  # is kept: there are some 40,000
READ = 3  # sections that an answer is chosen from
UNITS, DECAY = 24, 0.1  # of the hidden layer, and the weight of its squares: chosen on a quarter of the notes
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """A part of a section that was found for a question, and whether the question's plan names it."""

    question: int  # its place among the rows
    place: Place
    features: Features
    is_planned: bool


def examples_of(
    catalog: Catalog,
    retriever: Retriever,
    rows: Sequence[Row],
    asked: ShippedQuestions,
    report: Callable[[int], None] = lambda done: None,
) -> Iterator[Example]:
    """What retrieval finds for every so many-th row, when that row itself was never asked.

    ``asked`` are the vectors of the rows, in their order. Questions whose section is not found teach nothing.
    """
    sample = range(0, len(rows), EVERY)
    catalog = replace(catalog, asked=without(asked, rows, set(sample)).of(catalog.index.passages))
    embed = CachedEmbedder(retriever.embed, EVERY_TEXT)  # a section's sentences come back with each of its questions
    sections = sections_of(catalog.index.passages)
    for number in sample:
        report(number)
        row = rows[number]
        hits = retriever.find(catalog, row.question, count=READ).hits
        if number // EVERY % NOBODY_ASKED == 0:  # as in notes that came later
            hits = tuple(replace(hit, votes=()) for hit in hits)
        planned = _planned(row, hits, sections[row.section]) if row.section in sections else set()
        if planned:
            parts = [quotables(hit.passage.text) for hit in hits]
            for place, features in weigh(row.question, hits, parts, embed).features.items():
                yield Example(number, place, features, place in planned)


def fit_lead(examples: Sequence[Example]) -> LeadModel:
    """A perceptron on the features, trained until a tenth of the examples that it never sees gets no better."""
    from sklearn.neural_network import MLPClassifier  # takes a second to import; only fitting needs it

    names = tuple(examples[0].features)
    seen = np.array([[one.features[name] for name in names] for one in examples])
    planned = np.array([one.is_planned for one in examples])
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    spread[spread == 0] = 1.0
    learned = MLPClassifier((UNITS,), alpha=DECAY, early_stopping=True, n_iter_no_change=8, max_iter=80, random_state=0)
    learned.fit((seen - mean) / spread, planned)
    hidden = learned.coefs_[0] / spread[:, None]
    return LeadModel(
        names,
        tuple(_rounded(row) for row in hidden),
        _rounded(learned.intercepts_[0] - mean @ hidden),
        _rounded(learned.coefs_[1][:, 0]),
        round(float(learned.intercepts_[1][0]), 4),
        THRESHOLD,
    )


def _rounded(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


def without(asked: ShippedQuestions, rows: Sequence[Row], left_out: set[int]) -> ShippedQuestions:
    """The questions but those of some rows."""
    places: dict[str, list[bool]] = defaultdict(list)
    for number, row in enumerate(rows):
        places[row.section].append(number not in left_out)
    found = {}
    for name, own in asked.asked.items():
        kept = [place for place, is_kept in enumerate(places.get(name, ())) if is_kept]
        if kept and len(places[name]) == len(own.vectors):
            found[name] = Asked(own.vectors[kept], tuple(own.plans[place] for place in kept), own.digest)
    return ShippedQuestions(found)


def _planned(row: Row, hits: Sequence[Hit], section: Section) -> set[Place]:
    """The places among the hits that a row's plan names."""
    ranks = {(hit.passage.note, hit.passage.line): at for at, hit in enumerate(hits)}
    planned: set[Place] = set()
    start = 0
    for passage in section.passages:
        count = len(quotables(passage.text))
        hit = ranks.get((passage.note, passage.line))
        if hit is not None:
            planned |= {(hit, at - start) for at in row.plan if start <= at < start + count}
        start += count
    return planned
