"""A GPT-2 checkpoint folder turned into an OpenVINO model folder that appears whole or not at all.

The result suits `openvino_genai.LLMPipeline` and `ContinuousBatchingPipeline`. Needs no torch and no network.
"""

import json
import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.core.errors import ModelError
from assistant.core.files import atomic_directory, check_new
from assistant.core.openvino_core import core
from assistant.inference.gpt2.checkpoint import SMALL_FILES, GPT2Checkpoint, read_json
from assistant.inference.gpt2.shape import GPT2Shape

FORMAT_VERSION = 1  # of the folder that `convert` writes; raise it when readers could not use an older one
MOST_ACTIVATIONS = 160  # that share a scale; a multiple of 32 that divides the widths of gpt2-large and gpt2-xl
_END_OF_TEXT = 50256  # the default of GPT2Config

Progress = Callable[[int, int], None]


def convert(source: Path, out: Path, bits: int = 8, progress: Progress | None = None) -> Path:
    """Convert the checkpoint in `source` to an OpenVINO model of 4, 8 or 32 `bits` in `out`; returns `out`.

    `out` must not exist or be empty. `progress` is called with the bytes of work done and in total; the last
    call, with both equal, comes when the result is in place. Needs free disk space of about twice the result.
    Raises ModelError; whatever is raised, nothing is left behind.
    """
    # OpenVINO takes 0.2 s to import: only conversions pay for it.
    from assistant.inference.gpt2.graph import check_activation
    from assistant.inference.gpt2.weights import check_bits, weight_bytes

    source, out = Path(source), Path(out).absolute()
    checkpoint = GPT2Checkpoint(source)
    check_bits(bits, checkpoint.shape)
    check_activation(checkpoint.shape)
    try:
        check_new(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        size = weight_bytes(checkpoint.shape, bits)
        # Once as scratch, once as result, and room for the tokenizer.
        if (free := shutil.disk_usage(out.parent).free) < (needed := 2 * size + 50_000_000):
            raise ModelError(
                f"the conversion needs {needed / 1e9:.1f} GB free at {out.parent}, got "
                f"{free / 1e9:.1f} GB; free some space or convert with fewer bits"
            )
        with atomic_directory(out) as aside:
            # The tokenizer first: its faults show after a second and not after the weights.
            _write_tokenizer(checkpoint, aside)
            total = _write_weights(checkpoint, aside, bits, size, progress)
            _write_settings(checkpoint, aside, bits)
    except OSError as error:
        raise ModelError(
            f"the converted model must be writable at {out}, got: {error}; check the disk and "
            "the permissions, then convert again"
        ) from error
    if progress:
        progress(total, total)
    return out


def _write_tokenizer(checkpoint: GPT2Checkpoint, aside: Path) -> None:
    source = checkpoint.folder
    if not (source / "tokenizer.json").is_file() and not all(
        (source / name).is_file() for name in ("vocab.json", "merges.txt")
    ):
        raise ModelError(
            f"{source} must hold the tokenizer, tokenizer.json or vocab.json with merges.txt, "
            "found neither; download it from the same model"
        )
    import openvino as ov
    from openvino_tokenizers import convert_tokenizer
    from transformers import GPT2Tokenizer, PreTrainedTokenizerFast

    # These and not AutoTokenizer, which imports torch (2.5 s) and can ask to run a checkpoint's own code.
    kind = PreTrainedTokenizerFast if (source / "tokenizer.json").is_file() else GPT2Tokenizer
    try:
        tokenizer = kind.from_pretrained(source, local_files_only=True)
        if tokenizer.eos_token is None:  # the published gpt2 folders leave it to GPT2Tokenizer's defaults
            token = checkpoint.config.get("eos_token_id", _END_OF_TEXT)
            tokenizer.eos_token = tokenizer.convert_ids_to_tokens(token)
        # GPT-2 has no padding token; batches of several prompts need one.
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        tokenizer.padding_side = "left"
        size = tokenizer.vocab_size
        models = convert_tokenizer(tokenizer, with_detokenizer=True)
    # Each library has its own exceptions for a damaged file; all of them mean the same to the user.
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"the tokenizer in {source} must be GPT-2's byte-level BPE, got: {reason}; download its files again"
        ) from error
    if size > checkpoint.shape.vocabulary:
        raise ModelError(
            f"the tokenizer in {source} must have no more than the model's "
            f"{checkpoint.shape.vocabulary} tokens, got {size}; take both from the same model"
        )
    for model, name in zip(models, ("openvino_tokenizer.xml", "openvino_detokenizer.xml"), strict=True):
        ov.save_model(model, aside / name, compress_to_fp16=False)


def _write_weights(checkpoint: GPT2Checkpoint, aside: Path, bits: int, size: int, progress: Progress | None) -> int:
    """Write the network; returns the work in bytes, the tensors to read plus the file to write."""
    import openvino as ov

    from assistant.inference.gpt2.graph import build
    from assistant.inference.gpt2.weights import QuantisedWeights

    total = size + sum(checkpoint.read(name).nbytes for name, _ in checkpoint.shape.tensors())
    done = 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    with tempfile.TemporaryFile(dir=aside) as scratch:
        # Bound to a name: the graph points into its maps, and saving would crash once they are gone.
        weights = QuantisedWeights(checkpoint, bits, scratch, read)
        model = build(checkpoint.shape, weights)
        for key, value in _runtime_options(checkpoint.shape, bits).items():
            model.set_rt_info(value, ["runtime_options", key])
        try:
            ov.save_model(model, aside / "openvino_model.xml", compress_to_fp16=False)
            # A full disk can end the file early without an error; reading back checks each constant's place.
            core().read_model(aside / "openvino_model.xml")
        except RuntimeError as error:
            reason = " ".join(str(error).split())[-200:]
            raise ModelError(
                f"the written model must be readable again, got: {reason}; check the disk, then convert again"
            ) from error
    return total


def _runtime_options(shape: GPT2Shape, bits: int) -> dict[str, str]:
    """What OpenVINO's CPU plugin is to do other than by itself."""
    if bits == 32:  # asked for to compare: neither caches nor activations are rounded
        return {"KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
    if bits == 4:  # the weights have groups of their own
        return {}
    group = activation_group(math.gcd(shape.width, shape.inner))
    return {"DYNAMIC_QUANTIZATION_GROUP_SIZE": str(group)} if group else {}


def activation_group(width: int) -> int:
    """How many activations share a scale where 8-bit weights meet 8-bit activations (VNNI); 0 leaves it to OpenVINO.

    With OpenVINO's own 32 much of the time goes into the scales: with 160 a prompt at XL's shape was read in 0.75 of it
    (two cores of a Zen 4). Wider groups gained nothing more, and lose precision where single activations stand out.
    """
    return max((group for group in range(32, MOST_ACTIVATIONS + 1, 32) if width % group == 0), default=0)


def _write_settings(checkpoint: GPT2Checkpoint, aside: Path, bits: int) -> None:
    shape = checkpoint.shape
    for name in SMALL_FILES:
        if (checkpoint.folder / name).is_file():
            shutil.copyfile(checkpoint.folder / name, aside / name)
    path = aside / "generation_config.json"
    generation = read_json(path) if path.is_file() else dict[str, Any](_from_model_config=True)
    for key in ("bos_token_id", "eos_token_id"):
        token = checkpoint.config.get(key, _END_OF_TEXT)
        if isinstance(token, int) and 0 <= token < shape.vocabulary:
            generation.setdefault(key, token)
    if "eos_token_id" in generation:
        generation.setdefault("pad_token_id", generation["eos_token_id"])
    _dump(path, generation)
    sizes = {
        "layers": shape.layers,
        "width": shape.width,
        "heads": shape.heads,
        "positions": shape.positions,
        "vocabulary": shape.vocabulary,
        "parameters": shape.parameters,
    }
    source = checkpoint.config.get("_name_or_path") or checkpoint.folder.resolve().name
    _dump(
        aside / "manifest.json",
        {"format_version": FORMAT_VERSION, "source": source, "bits": bits, "shape": sizes},
    )


def _dump(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
