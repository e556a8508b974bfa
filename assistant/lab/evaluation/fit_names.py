"""Learns which pairs of plain words are meant as a name, from the question book and the same with a word exchanged."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, fields, replace
from itertools import chain, pairwise

import numpy as np

from assistant.lab.questions.book import Row, Uncovered, read_book, read_uncovered
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import form_of
from assistant.understanding.names.english import english
from assistant.understanding.names.named_words import named_words
from assistant.understanding.names.plain_names import PairSigns, PlainNameModel, pair_signs, strange_pairs

EVERY = 4  # of so many questions of the book one is taken: the others are like it
FALSE_ALARMS = 0.018  # share of covered questions in which a name may be seen: it sets the threshold
STRANGERS = slice(2_500, 42_000)  # English words by rank that a name may be made of
KNOWN = 5  # occurrences in the notes that such a word may have
CAPITALS, HYPHENS, TWO = 0.1, 0.1, 0.2  # shares of the exchanged words that are written so, or become two
MADE_UP = "unknown-phrase"  # kind of an uncovered question
ROUNDS = 3
WORTH = 20.0  # of a pair that somebody made up, in exchanged ones
RIDGE = 0.3
SEED = 20


def fit_plain_names(
    catalog: Catalog, book: Sequence[Row] | None = None, uncovered: Sequence[Uncovered] | None = None
) -> PlainNameModel:
    """A logistic regression on the signs of pairs, both kinds weighted equally. Takes half a minute.

    Questions of the ``book`` name nothing that the notes lack; of the ``uncovered`` ones, those with a made-up phrase
    are used, in which the pair that looks most like a name is taken for it. Raises AssistantError when these cannot be
    read.
    """
    vocabulary = catalog.vocabulary
    questions = [row.question for row in (read_book() if book is None else book)[::EVERY]]
    made_up = [row.question for row in (read_uncovered() if uncovered is None else uncovered) if row.kind == MADE_UP]
    described = [_strange(question, vocabulary) for question in questions]
    named = list(_exchanged(questions, catalog))
    bags = [found for question in made_up if (found := _strange(question, vocabulary))]
    ordinary = list(chain.from_iterable(described))
    model = _regress(ordinary, named, [])
    for _ in range(ROUNDS):
        model = _regress(ordinary, named, [max(bag, key=model_of(model)) for bag in bags])
    highest = [max(map(model_of(model), found), default=0.0) for found in described]
    threshold = float(np.quantile(highest, 1 - FALSE_ALARMS)) + 1e-4  # above: a name reaches it
    return replace(model, threshold=round(threshold, 4))


def model_of(model: PlainNameModel) -> Callable[[PairSigns], float]:
    """How likely a pair is a name to a model."""
    return lambda signs: model.probability(asdict(signs))


def _regress(ordinary: Sequence[PairSigns], named: Sequence[PairSigns], made_up: Sequence[PairSigns]) -> PlainNameModel:
    """What tells ordinary pairs from both kinds of names, all of these together weighing as much as the ordinary."""
    from sklearn.linear_model import LogisticRegression  # takes a second to import; only fitting needs it

    names = [field.name for field in fields(PairSigns)]
    seen = np.array([astuple(signs) for signs in [*ordinary, *named, *made_up]])
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    is_name = np.arange(len(seen)) >= len(ordinary)
    worth = np.repeat([1.0, 1.0, WORTH], [len(ordinary), len(named), len(made_up)])
    worth[is_name] *= len(ordinary) / worth[is_name].sum()
    learned = LogisticRegression(C=RIDGE, max_iter=1_000).fit((seen - mean) / spread, is_name, sample_weight=worth)
    weights = learned.coef_[0] / spread
    bias = float(learned.intercept_[0] - (weights * mean).sum())
    weighed = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    return PlainNameModel(round(bias, 4), weighed, 0.5)


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
        kind = chance.random()
        if kind < HYPHENS + TWO:
            word = f"{chance.choice(strangers)}{'-' if kind < HYPHENS else ' '}{word}"
        if chance.random() < CAPITALS:
            word = word.title()
        made = named_words(question[: words[at].start] + word + question[words[at].end :])
        at += word.count("-") + word.count(" ")
        if at in strange_pairs(made, vocabulary):
            yield pair_signs(made, at, vocabulary)


def _known_names(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Neighbouring words of what the notes define and of their topics."""
    topics = {topic.lower() for passage in catalog.index.passages for topic in passage.topics}
    for name in (*catalog.definitions.rows, *topics):
        forms = [form_of(word) for word in name.split()]
        yield from pairwise(forms)
