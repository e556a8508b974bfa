"""The names under which servers take the parameters that OpenAI's interface does not know."""

from __future__ import annotations

import json
from typing import Any

from assistant.inference.decoding import Decoding


def extra_parameters(decoding: Decoding) -> dict[str, Any]:
    """Parameters beyond OpenAI's, under the names that vLLM, llama.cpp and this project's server share."""
    extra: dict[str, Any] = {}
    if decoding.repetition_penalty != 1:
        extra["repetition_penalty"] = decoding.repetition_penalty
    if decoding.top_k:
        extra["top_k"] = decoding.top_k
    if decoding.num_beams > 1:
        extra["num_beams"] = decoding.num_beams
        extra["no_repeat_ngram_size"] = decoding.no_repeat_ngram_size
        extra["early_stopping"] = decoding.early_stopping
        if decoding.beam_stage:
            extra["beam_stage"] = decoding.beam_stage
    return extra


def generation_config(decoding: Decoding) -> dict[str, Any]:
    """All parameters in the one field that `transformers serve` has for what OpenAI's interface does not know."""
    config: dict[str, Any] = {"max_new_tokens": decoding.max_new_tokens, "do_sample": decoding.samples}
    if decoding.samples:
        config |= {"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": decoding.top_k}
    if decoding.repetition_penalty != 1:
        config["repetition_penalty"] = decoding.repetition_penalty
    return {"generation_config": json.dumps(config)}
