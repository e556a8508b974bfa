"""Decoding parameters are checked before a model sees them, and the presets are what they say."""

import pytest

from assistant.core.errors import SettingsError
from assistant.core.records import ModelInfo
from assistant.inference.decoding import PRESETS, Decoding, decoding_for

ON_CPU = ModelInfo("m", "openvino", 96)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_bears_its_name(name):
    assert decoding_for(name) == PRESETS[name].decoding
    assert decoding_for(name).preset == name


def test_the_seed_preset_is_the_recipe_of_the_seed_project():
    assert decoding_for("seed") == Decoding("seed", 100, 5, 2, True, 0.0, 0, 1.0, 1.0, 0)


def test_changes_are_laid_over_the_preset_and_none_means_unchanged():
    changed = decoding_for("balanced", seed=7, temperature=None, top_k=5)
    assert (changed.seed, changed.temperature, changed.top_k) == (7, PRESETS["balanced"].decoding.temperature, 5)


@pytest.mark.parametrize(
    "preset, changes, names",
    [
        ("none", {}, "preset"),
        ("focused", {"beams": 2}, "beams"),
        ("focused", {"max_new_tokens": 0}, "max_new_tokens"),
        ("focused", {"max_new_tokens": 513}, "max_new_tokens"),
        ("focused", {"temperature": -0.1}, "temperature"),
        ("focused", {"temperature": float("nan")}, "temperature"),
        ("balanced", {"top_p": 0.0}, "top_p"),
        ("focused", {"repetition_penalty": 0.5}, "repetition_penalty"),
        ("focused", {"seed": -1}, "seed"),
        ("seed", {"temperature": 0.5}, "num_beams"),
        ("seed", {"num_beams": 1}, "early_stopping"),
        ("balanced", {"beam_stage": 8}, "beam_stage"),
        ("focused", {"early_stopping": True}, "early_stopping"),
        ("focused", {"no_repeat_ngram_size": 2}, "no_repeat_ngram_size"),
        ("focused", {"top_k": 10}, "top_k"),
        ("focused", {"top_p": 0.5}, "top_p"),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(preset, changes, names):
    with pytest.raises(SettingsError, match=names):
        decoding_for(preset, **changes)


def test_sampling_is_on_exactly_when_there_is_a_temperature():
    assert decoding_for("balanced").samples and not decoding_for("focused").samples


def test_beams_that_were_left_open_suit_the_model():
    """A model that retells gets stages of beam search where there are any, others the likeliest token; what was chosen
    stays.
    """
    focused = decoding_for("focused")
    small, large = focused.for_model(ON_CPU, retells=True), focused.for_model(ON_CPU, retells=False)
    assert (small.num_beams, small.beam_stage, small.early_stopping) == (3, 16, True)
    assert (large.num_beams, large.beam_stage) == (1, 0)
    assert small.checked() and large.checked() and small.preset == large.preset == "focused"
    assert focused.for_model(ModelInfo("m", "torch", 96), retells=True) == large
    assert decoding_for("focused", temperature=0.5).for_model(ON_CPU, retells=True).num_beams == 1
    for preset in ("balanced", "creative", "seed"):
        assert decoding_for(preset).for_model(ON_CPU, retells=True) == decoding_for(preset)
