"""The converter proven against transformers on tiny GPT-2 models with random weights."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import openvino as ov
import openvino_genai
import pytest
import torch
from safetensors.torch import save_file
from stateful import Stateful
from tiny_gpt2 import END, load, make, reference, shards, train_tokenizer
from transformers import AutoTokenizer, GPT2LMHeadModel, PreTrainedTokenizerFast

from assistant.inference.gpt2 import weights as gpt2_weights
from assistant.inference.gpt2.convert import activation_group, convert

# What quantisation does is tested exactly: no rounding of activations or caches on top of the weights'.
EXACT = {"KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0, "INFERENCE_PRECISION_HINT": "f32"}


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory, tokenizer) -> Path:
    return make(tmp_path_factory.mktemp("checkpoint"), tokenizer)


@pytest.fixture(scope="session")
def converted(tmp_path_factory, checkpoint) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("converted")
    return {bits: convert(checkpoint, folder / str(bits), bits) for bits in (32, 8, 4)}


@pytest.fixture
def copy(tmp_path, checkpoint) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def expected(model: GPT2LMHeadModel, ids: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    mask = np.ones_like(ids) if mask is None else mask
    with torch.no_grad():
        positions = torch.tensor(np.maximum(mask.cumsum(1) - 1, 0))
        output = model(torch.tensor(ids), attention_mask=torch.tensor(mask), position_ids=positions)
    return output.logits.numpy()


def some_ids(rows: int, columns: int, vocabulary: int = 256) -> np.ndarray:
    return np.random.default_rng(rows * columns).integers(1, vocabulary, (rows, columns))


def greedy(model: GPT2LMHeadModel, ids: np.ndarray, count: int) -> list[int]:
    row = torch.tensor(ids)
    written = model.generate(
        row,
        attention_mask=torch.ones_like(row),
        max_new_tokens=count,
        do_sample=False,
        eos_token_id=None,
        pad_token_id=0,
    )
    return written[0, ids.shape[1] :].tolist()


def paged(folder: Path) -> openvino_genai.ContinuousBatchingPipeline:
    scheduler = openvino_genai.SchedulerConfig()
    scheduler.num_kv_blocks = 16
    return openvino_genai.ContinuousBatchingPipeline(str(folder), scheduler, "CPU", EXACT)


def settings(count: int) -> openvino_genai.GenerationConfig:
    config = openvino_genai.GenerationConfig()
    config.max_new_tokens, config.ignore_eos = count, True
    return config


def test_full_prompts_give_the_logits_of_transformers(checkpoint, converted):
    """A batch of prompts in one go."""
    ids = some_ids(3, 40)
    got = Stateful(converted[32], EXACT).logits(ids)
    np.testing.assert_allclose(got, expected(reference(checkpoint), ids), atol=1e-3)


def test_cached_decoding_gives_the_logits_of_the_full_prompt(checkpoint, converted):
    """Five tokens at once, then one by one from the cache."""
    ids, model = some_ids(2, 16), Stateful(converted[32], EXACT)
    pieces = [model.logits(ids[:, :5])]
    pieces += [model.logits(ids[:, i : i + 1], np.ones((2, i + 1), int)) for i in range(5, 16)]
    got = np.concatenate(pieces, axis=1)
    np.testing.assert_allclose(got, expected(reference(checkpoint), ids), atol=1e-3)


def test_beams_carry_their_cache_and_their_padding(checkpoint, converted):
    """Rows padded on the left are reordered, one of them doubled, and decoding goes on."""
    ids, mask = some_ids(3, 10), np.ones((3, 10), int)
    mask[1, :4] = mask[2, :7] = 0
    model, judge = Stateful(converted[32], EXACT), reference(checkpoint)
    first = model.logits(ids, mask)
    np.testing.assert_allclose(first[mask == 1], expected(judge, ids, mask)[mask == 1], atol=1e-3)
    assert np.isfinite(first).all()
    order, new = [2, 0, 2], some_ids(3, 1)
    ids = np.concatenate([ids[order], new], axis=1)
    mask = np.concatenate([mask[order], np.ones_like(new)], axis=1)
    np.testing.assert_allclose(model.logits(new, mask, order), expected(judge, ids, mask)[:, -1:], atol=1e-3)


@pytest.mark.parametrize("backend", ["SDPA", "PA"])
def test_the_text_pipeline_writes_what_transformers_writes(checkpoint, converted, backend):
    """Greedy ids of LLMPipeline, with the stateful and with the paged attention."""
    ids = some_ids(1, 30)
    pipeline = openvino_genai.LLMPipeline(str(converted[32]), "CPU", ATTENTION_BACKEND=backend, **EXACT)
    assert pipeline.generate(ov.Tensor(ids), settings(20)).tokens[0] == greedy(reference(checkpoint), ids, 20)


@pytest.mark.slow
@pytest.mark.parametrize("bits", [32, 8, 4])
def test_the_batching_pipeline_writes_what_transformers_writes(checkpoint, converted, bits):
    """Greedy ids with paged attention, of a model with the same rounded weights."""
    ids = some_ids(1, 30)
    written = paged(converted[bits]).generate([ov.Tensor(ids)], [settings(20)])[0].m_generation_ids[0]
    assert written == greedy(rounded(reference(checkpoint), bits), ids, 20)


@pytest.mark.parametrize(("bits", "bound"), [(8, 0.03), (4, 0.4)])
def test_fewer_bits_change_only_the_weights(checkpoint, converted, bits, bound):
    """The graph computes exactly with the rounded weights, and those stay close to the full ones."""
    ids, model = some_ids(2, 40), reference(checkpoint)
    full, got = expected(model, ids), Stateful(converted[bits], EXACT).logits(ids)
    np.testing.assert_allclose(got, expected(rounded(model, bits), ids), atol=1e-2)
    assert np.sqrt(np.mean((got - full) ** 2) / np.mean(full**2)) < bound


@pytest.mark.parametrize(
    ("width", "group"), [(768, 128), (1024, 128), (1280, 160), (1600, 160), (64, 64), (48, 0), (16, 0)]
)
def test_activations_share_scales_in_groups_that_divide_the_width(width, group):
    """Those of the four sizes, and of models that are too narrow for any."""
    assert activation_group(width) == group


@pytest.mark.parametrize(
    ("bits", "options"),
    [
        (32, {"KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}),
        (8, {"DYNAMIC_QUANTIZATION_GROUP_SIZE": "64"}),
        (4, {}),
    ],
)
def test_the_model_tells_the_plugin_how_to_round(converted, bits, options):
    """What is written into the model, so that every reader of it computes alike."""
    model = ov.Core().read_model(converted[bits] / "openvino_model.xml")
    has_any = model.has_rt_info(["runtime_options"])
    assert (dict(model.get_rt_info(["runtime_options"]).value) if has_any else {}) == options


def rounded(model: GPT2LMHeadModel, bits: int) -> GPT2LMHeadModel:
    """`model` with its weights rounded in place as the converter rounds them."""
    for name, tensor in model.named_parameters():
        if bits == 32 or tensor.dim() != 2 or name == "transformer.wpe.weight":
            continue
        matrix = tensor.data.numpy() if "wte" in name else tensor.data.numpy().T
        if bits == 8 or "wte" in name:
            values, scale = gpt2_weights.rows_to_int8(name, matrix)
            back = values * scale[:, None]
        else:
            values, scale, zero = gpt2_weights.rows_to_uint4(name, matrix)
            back = ((values - zero[..., None].astype(np.float32)) * scale[..., None]).reshape(matrix.shape)
        matrix[:] = back
    return model


def test_rounding_is_within_half_a_step():
    """Both formats, with a row of zeros and one of a single sign among them."""
    matrix = np.random.default_rng(0).normal(size=(5, 128)).astype(np.float32)
    matrix[1], matrix[2] = 0, np.abs(matrix[2])
    values, scale = gpt2_weights.rows_to_int8("w", matrix)
    assert (np.abs(values * scale[:, None] - matrix) <= 0.501 * scale[:, None]).all()
    fine, step, zero = gpt2_weights.rows_to_uint4("w", matrix)
    error = (fine - zero[..., None].astype(np.float32)) * step[..., None] - matrix.reshape(5, 2, 64)
    assert (np.abs(error) <= 1.01 * step[..., None]).all()  # the ends also bear the zero point's rounding
    assert (values[1] == 0).all() and (fine[1] == zero[1, 0]).all()


@pytest.mark.parametrize(
    "config",
    [
        {"scale_attn_by_inverse_layer_idx": True},
        {"scale_attn_weights": False, "initializer_range": 0.05},
        {"activation_function": "gelu", "layer_norm_epsilon": 1e-2},
        {"activation_function": "relu", "n_inner": 96},
        {"tie_word_embeddings": False},
        {"n_embd": 48, "n_head": 3, "reorder_and_upcast_attn": True},
    ],
    ids=str,
)
def test_choices_in_the_config_are_followed(tmp_path, tokenizer, config):
    """Each field that changes the arithmetic changes it as in transformers."""
    source, ids = make(tmp_path / "source", tokenizer, **config), some_ids(2, 20)
    got = Stateful(convert(source, tmp_path / "out", 32), EXACT).logits(ids)
    np.testing.assert_allclose(got, expected(reference(source), ids), atol=1e-3)


def bare_names(folder: Path) -> None:
    tensors = {name.removeprefix("transformer."): value for name, value in load(folder).items()}
    buffers = {
        "h.0.attn.bias": torch.ones(1, 1, 96, 96),
        "h.0.attn.masked_bias": torch.tensor(-1e4),
        "lm_head.weight": tensors["wte.weight"].clone(),
    }
    save_file(tensors | buffers, folder / "model.safetensors")


def in_type(kind: torch.dtype):
    def change(folder: Path) -> None:
        tensors = {name: value.to(kind) for name, value in load(folder).items()}
        save_file(tensors, folder / "model.safetensors")

    return change


@pytest.mark.parametrize("change", [bare_names, shards, in_type(torch.float16), in_type(torch.bfloat16)])
def test_every_layout_of_the_weights_is_read(tmp_path, copy, change):
    """Names without the prefix, buffers to skip, shards and half precision."""
    change(copy)
    ids = some_ids(2, 20)
    got = Stateful(convert(copy, tmp_path / "out", 32), EXACT).logits(ids)
    np.testing.assert_allclose(got, expected(reference(copy), ids), atol=1e-3)


@pytest.mark.parametrize("layout", ["tokenizer.json", "vocab.json", "published"])
def test_the_tokenizer_cuts_and_joins_as_before(tmp_path, copy, tokenizer, layout):
    """From either set of files, and from a folder that names no special tokens, as gpt2's own."""
    if layout != "tokenizer.json":
        (copy / "tokenizer_config.json").write_text('{"model_max_length": 96}')
    if layout == "vocab.json":
        model = json.loads((copy / "tokenizer.json").read_text())["model"]
        (copy / "tokenizer.json").unlink()
        (copy / "vocab.json").write_text(json.dumps(model["vocab"]))
        merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"]]
        (copy / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    text = "The gradient's  loss\n\n attends? naïve 猫" + END + " the"
    result = openvino_genai.Tokenizer(str(convert(copy, tmp_path / "out", 8)))
    ids = tokenizer(text).input_ids
    assert result.encode(text).input_ids.data[0].tolist() == ids
    assert result.decode(ids) == text.replace(END, "")
    assert (result.get_eos_token(), result.get_eos_token_id(), result.get_pad_token_id()) == (END, 0, 0)


def test_the_result_describes_itself(checkpoint, converted, tokenizer):
    """Manifest, end token and the original settings lie beside the model, readable by others."""
    manifest = json.loads((converted[8] / "manifest.json").read_text())
    assert manifest == {
        "format_version": 1,
        "source": checkpoint.name,
        "bits": 8,
        "shape": {
            "layers": 2,
            "width": 64,
            "heads": 4,
            "positions": 96,
            "vocabulary": len(tokenizer),
            "parameters": sum(p.numel() for p in reference(checkpoint).parameters()),
        },
    }
    assert json.loads((converted[8] / "generation_config.json").read_text())["eos_token_id"] == 0
    assert (converted[8] / "config.json").read_text() == (checkpoint / "config.json").read_text()
    assert converted[8].stat().st_mode & 0o777 == 0o777 & ~umask()
    assert AutoTokenizer.from_pretrained(converted[8]).eos_token == END


def umask() -> int:
    os.umask(mask := os.umask(0))
    return mask
