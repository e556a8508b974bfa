"""The decision whether the notes answer a question, and how it is learned."""

import numpy as np
import pytest

from assistant.core.errors import AssistantError
from assistant.lab.evaluation.fit import REFUSED_COVERED, fit_coverage
from assistant.lab.evaluation.gold import Question
from assistant.retrieval.query.coverage import CoverageModel, Evidence, Words, shipped_model

MODEL = CoverageModel(bias=-1.0, weights={"best": 4.0, "near": 0.0, "contrast": -2.0, "lexical": 0.0}, threshold=0.5)


def evidence(best, contrast=0.0):
    return Evidence(best=best, near=best / 2, contrast=contrast, lexical=10 * best, shared=best, unknown=1 - best)


def question(covered, number=0):
    return Question(str(number), "?", covered, "tune", "", (), frozenset())


def test_confidence_is_the_logistic_of_the_weighted_evidence():
    assert MODEL.confidence(evidence(0.5, 0.25)) == pytest.approx(1 / (1 + np.exp(-(-1 + 2 - 0.5))))


def test_nearness_to_off_topic_questions_speaks_against():
    assert MODEL.covers(MODEL.confidence(evidence(0.5, 0.1)))
    assert not MODEL.covers(MODEL.confidence(evidence(0.5, 0.9)))


def test_extreme_evidence_does_not_overflow():
    model = CoverageModel(0.0, {"best": 1e6, "near": 0.0, "contrast": 0.0, "lexical": 0.0}, 0.5)
    assert model.confidence(evidence(1.0)) == pytest.approx(1.0)
    assert model.confidence(evidence(-1.0)) == pytest.approx(0.0)


def test_evidence_is_read_off_the_searches():
    cosines = np.linspace(0.9, 0.0, 50, dtype=np.float32)
    contrasts, lexical = np.array([0.1, 0.3], dtype=np.float32), np.array([0.0, 7.0], dtype=np.float32)
    seen = Evidence.of(cosines, contrasts, lexical, Words(0.5, 0.2))
    assert seen.best == pytest.approx(0.9)
    assert seen.near == pytest.approx(float(cosines[:10].mean()))
    assert (seen.contrast, seen.lexical) == (pytest.approx(0.3), 7.0)


def test_fitting_separates_what_can_be_separated(tmp_path):
    """A kept model decides as the fitted one did, and all but the allowed share of covered questions are accepted."""
    random = np.random.default_rng(0)
    covered = [evidence(0.6 + 0.1 * random.random()) for _ in range(100)]
    off_topic = [evidence(0.1 + 0.1 * random.random(), 0.8) for _ in range(50)]
    questions = [question(True) for _ in covered] + [question(False) for _ in off_topic]
    model = fit_coverage(covered + off_topic, questions)
    accepted = [model.covers(model.confidence(one)) for one in covered]
    assert sum(accepted) >= 100 * (1 - REFUSED_COVERED) - 1  # a quantile between two of them
    assert not any(model.covers(model.confidence(one)) for one in off_topic)
    model.write(tmp_path / "coverage.json")
    assert CoverageModel.read(tmp_path / "coverage.json") == model


def test_fitting_needs_both_kinds_of_question():
    with pytest.raises(AssistantError, match="covered and off-topic"):
        fit_coverage([evidence(0.5)], [question(True)])


def test_the_shipped_model_weighs_every_kind_of_evidence():
    model = shipped_model()
    assert set(model.weights) == {"best", "near", "contrast", "lexical", "shared", "unknown", "asked", "field"}
    assert model.weights["best"] > 0 > model.weights["contrast"]
    assert 0 < model.threshold < 1


def test_evidence_is_not_that_of_a_subject_unless_it_is_said_to_be():
    numbers = np.array([0.5], dtype=np.float32)
    seen = Evidence.of(numbers, numbers, numbers, Words(0.5, 0.2))
    assert not seen.is_subject and "is_subject" not in seen.features
    subject = Evidence.of(numbers, numbers, numbers, Words(0.5, 0.2), is_subject=True)
    low = CoverageModel(-9.0, {"best": 1.0}, 0.5)
    assert low.confidence(subject) == 0.5 > low.confidence(seen)


def test_without_any_score_the_lexical_evidence_is_nothing():
    none = np.zeros(0, dtype=np.float32)
    seen = Evidence.of(np.array([0.5], dtype=np.float32), none, none, Words(0.5, 0.2))
    assert (seen.contrast, seen.lexical) == (0.0, 0.0)
