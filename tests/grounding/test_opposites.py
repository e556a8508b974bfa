"""Words on the two ends of an axis are told apart, and those of one group are one."""

from assistant.grounding.opposites import Pole, poles
from assistant.grounding.wording import wording_of


def test_an_end_of_an_axis_is_named_by_axis_side_and_group():
    assert (Pole(3, 1, 2).key, Pole(3, -1, 2).key) == ("3+2", "3-2")


def test_opposites_have_keys_of_their_own_and_words_of_a_group_share_one():
    one, other = wording_of("enabled active").keys, wording_of("disabled inactive").keys
    assert len({*one}) == len({*other}) == 1 and one != other


def test_a_word_on_two_axes_stands_on_both():
    assert [(pole.sign, pole.group) for pole in poles()["enabl"]] == [(1, 0), (1, 0)]
