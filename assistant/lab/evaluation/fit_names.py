"""Learns which pairs of plain words are meant as a name, from the question book and the same with a word exchanged."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from itertools import chain, pairwise

import numpy as np

from assistant.lab.questions.book import Row, read_book
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import form_of
from assistant.understanding.english import english
from assistant.understanding.named_words import named_words
from assistant.understanding.plain_names import PairSigns, PlainNameModel, pair_signs, strange_pairs

EVERY = 4  # of so many questions of the book one is taken: the others are like it
FALSE_ALARMS = 0.012  # share of covered questions in which a name may be seen: it sets the threshold
STRANGERS = slice(2_500, 42_000)  # English words by rank that a name may be made of
KNOWN = 5  # occurrences in the notes that such a word may have
CAPITALS, HYPHENS = 0.1, 0.1  # shares of the exchanged words that are written so
SEED = 20


def fit_plain_names(catalog: Catalog, book: tuple[Row, ...] | None = None) -> PlainNameModel:
    """A logistic regression on the signs of pairs, both kinds weighted equally. Takes a quarter of a minute.

    Questions of the book name nothing that the notes lack. Raises AssistantError when the book cannot be read.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import; only fitting needs it

    questions = [row.question for row in (read_book() if book is None else book)[::EVERY]]
    vocabulary = catalog.vocabulary
    described = [_strange(question, vocabulary) for question in questions]
    named = list(_exchanged(questions, catalog))
    names = [field.name for field in fields(PairSigns)]
    seen = np.array([list(asdict(signs).values()) for signs in [*chain.from_iterable(described), *named]])
    is_name = np.arange(len(seen)) >= len(seen) - len(named)
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    learned = LogisticRegression(class_weight="balanced", C=0.3, max_iter=1_000).fit((seen - mean) / spread, is_name)
    weights = learned.coef_[0] / spread
    bias = float(learned.intercept_[0] - (weights * mean).sum())
    weighed = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    model = PlainNameModel(round(bias, 4), weighed, 0.5)
    highest = [max((model.probability(asdict(signs)) for signs in found), default=0.0) for found in described]
    return PlainNameModel(model.bias, weighed, round(float(np.quantile(highest, 1 - FALSE_ALARMS)), 4))


def _strange(question: str, vocabulary: Vocabulary) -> list[PairSigns]:
    words = named_words(question)
    return [pair_signs(words, at, vocabulary) for at in strange_pairs(words, vocabulary)]


def _exchanged(questions: Sequence[str], catalog: Catalog) -> Iterator[PairSigns]:
    """The signs of a made-up name in each question that names something in two words."""
    chance = random.Random(SEED)  # noqa: S311 - not for secrets
    vocabulary = catalog.vocabulary
    known = set(_known_names(catalog))
    strangers = [
        word
        for word in list(english())[STRANGERS]
        if len(word) > 3 and vocabulary.count(word) <= KNOWN and not word.endswith(("s", "ing", "ly"))
    ]
    for question in questions:
        words = named_words(question)
        places = [
            at
            for at in range(len(words) - 1)
            if words[at + 1].follows and (form_of(words[at].lower), form_of(words[at + 1].lower)) in known
        ]
        if not places:
            continue
        at = chance.choice(places)
        word = chance.choice(strangers)
        if chance.random() < HYPHENS:
            word = f"{chance.choice(strangers)}-{word}"
        if chance.random() < CAPITALS:
            word = word.title()
        made = named_words(question[: words[at].start] + word + question[words[at].end :])
        at += word.count("-")
        if at in strange_pairs(made, vocabulary):
            yield pair_signs(made, at, vocabulary)


def _known_names(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Neighbouring words of what the notes define and of their topics."""
    topics = {topic.lower() for passage in catalog.index.passages for topic in passage.topics}
    for name in (*catalog.definitions.rows, *topics):
        forms = [form_of(word) for word in name.split()]
        yield from pairwise(forms)
