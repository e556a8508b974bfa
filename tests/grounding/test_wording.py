"""A sentence is taken apart into words with their neighbours, clauses, numbers and negations."""

import pytest

from assistant.grounding.wording import wording_of


def test_neighbours_are_the_words_up_to_three_places_away_with_their_distance():
    near = wording_of("alpha beta gamma delta epsilon").neighbours
    assert near[0] == {"beta": 1, "gamma": 2, "delta": 3}
    assert near[1] == {"alpha": 1, "gamma": 1, "delta": 2, "epsilon": 3}
    assert near[4] == {"delta": 1, "gamma": 2, "beta": 3}


def test_a_word_that_comes_twice_counts_at_its_nearest_place():
    assert wording_of("alpha beta gamma beta").neighbours[2]["beta"] == 1
    assert wording_of("beta gamma alpha beta").neighbours[2]["beta"] == 1


def test_clauses_have_three_words_at_least_numbers_included():
    assert wording_of("alpha beta gamma, delta epsilon 3 zeta, eta theta").clauses == (
        ("alpha", "beta", "gamma"),
        ("delta", "epsilon", "3", "zeta"),
    )


def test_single_letters_and_function_words_are_no_words():
    assert wording_of("the alpha x is beta").keys == ("alpha", "beta")


@pytest.mark.parametrize(
    "text, negated",
    [
        ("alpha beta", []),
        ("alpha not beta gamma", ["beta"]),
        ("not alpha beta", ["alpha"]),
        ("alpha not, beta", []),
        ("alpha cannot beta", ["beta"]),
        ("alpha isn't beta", ["beta"]),
    ],
)
def test_a_negation_turns_the_next_word_around_unless_a_mark_comes_between(text, negated):
    assert [word.key for word in wording_of(text).words if word.negated] == negated


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("twelve layers", {12.0}),
        ("1,024 units, 2.5 more", {1024.0, 2.5}),
        ("a rate of 10 %", {0.1}),
        ("$10^{-3}$", {1e-3}),
        ("no number", set()),
    ],
)
def test_numbers_are_known_in_words_with_commas_as_shares_and_as_powers(text, numbers):
    assert wording_of(text).numbers == numbers


def test_pairs_have_at_most_two_words_between_them():
    pairs = wording_of("alpha beta gamma delta epsilon").pairs
    assert ("alpha", "delta") in pairs and ("alpha", "epsilon") not in pairs and ("beta", "alpha") not in pairs


def test_six_words_on_each_side_of_a_comparison_are_its_sides():
    before, after = [f"left{at}" for at in range(8)], [f"right{at}" for at in range(8)]
    (side,) = wording_of(f"{' '.join(before)} than {' '.join(after)}").sides
    assert side == ("than", frozenset(before[2:]), frozenset(after[:6]))
