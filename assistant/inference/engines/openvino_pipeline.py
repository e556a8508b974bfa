"""OpenVINO GenAI's pipeline as the CPU engine uses it: opened within a limit, its words for decoding and endings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openvino_genai as genai

from assistant.inference.decoding import Decoding
from assistant.inference.engines.gguf_weights import exact_model
from assistant.inference.engines.kv_cache import CacheShape, cache_shape

CHUNK_TOKENS = 256  # prompt tokens per step: a long prompt is cut so that the other answers go on between the pieces
LEAST_BLOCKS = 48  # of 32 tokens: one full window of GPT-2 and the ends of five beams, whatever the limit says
SEED_BEAMS = 5  # sequences that a beam search of the seed's recipe counts as


def open_pipeline(
    source: Path, models: Path | None, *, running: int, cache_bytes: int, threads: int
) -> genai.ContinuousBatchingPipeline:
    """The pipeline of a model folder or GGUF file; see ``OpenVinoEngine``. Raises RuntimeError when it cannot load."""
    properties: dict[str, object] = {"INFERENCE_NUM_THREADS": threads} if threads else {}
    shape = cache_shape(source)
    if shape and shape.bits == 32:
        # Processors with bf16 (Zen 4, Sapphire Rapids) would compute in it, and refuse a cache of 32 bits. The model's
        # own options say the rest (see ``gpt2_to_openvino``), but OpenVINO does not read the precision from there.
        properties["INFERENCE_PRECISION_HINT"] = "f32"
    scheduler = _scheduler(shape, running, cache_bytes)
    exact = exact_model(source, models) if models and source.suffix == ".gguf" and source.is_file() else None
    if exact is None:
        return genai.ContinuousBatchingPipeline(str(source), scheduler, "CPU", properties)
    return genai.ContinuousBatchingPipeline(str(exact), genai.Tokenizer(str(source)), scheduler, "CPU", **properties)


def _scheduler(shape: CacheShape | None, running: int, cache_bytes: int) -> genai.SchedulerConfig:
    scheduler = genai.SchedulerConfig()
    scheduler.max_num_batched_tokens = CHUNK_TOKENS
    scheduler.max_num_seqs = running * SEED_BEAMS
    scheduler.enable_prefix_caching = True
    if shape:
        # Not cache_size, which takes whole GB: with 0.5 GB allowed it could grow to twice that.
        scheduler.num_kv_blocks = max(LEAST_BLOCKS, cache_bytes // shape.block_bytes)
    else:
        scheduler.cache_size = max(1, round(cache_bytes / 2**30))
    return scheduler


def generation_config(decoding: Decoding) -> genai.GenerationConfig:
    """The same decoding in GenAI's words. Repeated n-grams are for beam search alone: GenAI ignores them elsewhere."""
    config = genai.GenerationConfig()
    config.max_new_tokens = decoding.max_new_tokens
    config.repetition_penalty = decoding.repetition_penalty
    if decoding.num_beams > 1:
        config.num_beams = decoding.num_beams
        config.num_return_sequences = 1
        config.no_repeat_ngram_size = decoding.no_repeat_ngram_size or 2**31 - 1
        early, heuristic = genai.StopCriteria.EARLY, genai.StopCriteria.HEURISTIC
        config.stop_criteria = early if decoding.early_stopping else heuristic
    elif decoding.samples:
        config.do_sample = True
        config.temperature = decoding.temperature
        config.top_p = decoding.top_p
        config.top_k = decoding.top_k or 2**31 - 1
        config.rng_seed = decoding.seed
    return config


def finish_name(reason: genai.GenerationFinishReason) -> str:
    """Why an answer ended; empty while it goes on."""
    if reason == genai.GenerationFinishReason.NONE:
        return ""
    return "length" if reason == genai.GenerationFinishReason.LENGTH else "stop"


def fitted(handle: Any) -> bool:
    """Whether the cache was large enough for a request."""
    return bool(handle.get_status() != genai.GenerationStatus.IGNORED)


def ended(handle: Any) -> str:
    """The end of a request whose last read brought no tokens."""
    if not fitted(handle):
        return "length"
    return "stop" if handle.get_status() == genai.GenerationStatus.FINISHED else ""
