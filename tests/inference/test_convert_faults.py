"""What the converter refuses, and that a failed conversion leaves nothing behind."""

import json
import os
import shutil
from pathlib import Path

import openvino as ov
import pytest
import torch
from safetensors.torch import save_file
from tiny_gpt2 import load, make, shards, train_tokenizer
from transformers import PreTrainedTokenizerFast

from assistant.core.errors import ModelError
from assistant.core.files import exclusive
from assistant.inference.gpt2 import convert as gpt2_to_openvino
from assistant.inference.gpt2.convert import convert


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory, tokenizer) -> Path:
    return make(tmp_path_factory.mktemp("checkpoint"), tokenizer)


@pytest.fixture
def copy(tmp_path, checkpoint) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def configured(**fields):
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


def retensored(**tensors: torch.Tensor | None):
    def change(folder: Path) -> None:
        new = {"transformer." + name.replace("__", "."): value for name, value in tensors.items()}
        kept = {name: value for name, value in (load(folder) | new).items() if value is not None}
        save_file(kept, folder / "model.safetensors")

    return change


def without(*names: str):
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def written(name: str, content: bytes):
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def truncated(folder: Path) -> None:
    os.truncate(folder / "model.safetensors", 200_000)


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def shard_lost(folder: Path) -> None:
    shards(folder)
    next(folder.glob("model-00002*")).unlink()


def shard_outside(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"wte.weight": "../other.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


FAULTS = {
    "no config": (without("config.json"), "must hold config.json"),
    "config no JSON": (written("config.json", b"{"), "must be readable JSON"),
    "config no object": (written("config.json", b"[]"), "must hold a JSON object"),
    "not GPT-2": (configured(model_type="llama"), '"model_type": "gpt2", got \'llama\''),
    "cross-attention": (configured(add_cross_attention=True), "plain decoder"),
    "no whole number": (configured(n_layer="two"), "n_layer in config.json must be a whole number"),
    "heads": (configured(n_head=5), "multiple of n_head, got 64 and 5"),
    "epsilon": (configured(layer_norm_epsilon=0), "layer_norm_epsilon"),
    "activation": (configured(activation_function="mish"), "activation_function .* got 'mish'"),
    "endless layers": (configured(n_layer=10**30), "must hold the tensor h.2.ln_1.weight"),
    "more layers": (configured(n_layer=3), "must hold the tensor h.2.ln_1.weight"),
    "other vocabulary": (configured(vocab_size=400), r"wte.weight .* \[400, 64\], got \[\d+, 64\]"),
    "no head": (configured(tie_word_embeddings=False), "must hold the tensor lm_head.weight"),
    "misshapen": (retensored(h__1__mlp__c_fc__weight=torch.zeros(256, 64)), r"\[64, 256\], got \[256, 64\]"),
    "missing": (retensored(ln_f__bias=None), "ln_f.bias, which is missing"),
    "quantised": (retensored(ln_f__bias=torch.zeros(64, dtype=torch.int8)), "F32, F16 or BF16, got I8"),
    "not finite": (retensored(ln_f__bias=torch.full((64,), torch.nan)), "every value of ln_f.bias"),
    "truncated": (truncated, "whole safetensors file"),
    "empty": (written("model.safetensors", b""), "whole safetensors file"),
    "git-lfs pointer": (written("model.safetensors", b"version https://git-lfs"), "whole safetensors file"),
    "pickled": (pickled, "pickled weights"),
    "no weights": (without("model.safetensors"), "found neither"),
    "shard lost": (shard_lost, "names model-00002-of-.*, which is not in"),
    "shard outside": (shard_outside, "weight_map .* beside it"),
    "no tokenizer": (without("tokenizer.json"), "must hold the tokenizer"),
    "bad tokenizer": (written("tokenizer.json", b"{}"), "the tokenizer in .* must be"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_one_line_and_leaves_nothing(tmp_path, copy, fault):
    """Every damaged or foreign checkpoint."""
    damage, message = FAULTS[fault]
    damage(copy)
    with pytest.raises(ModelError, match=message) as caught:
        convert(copy, tmp_path / "new" / "out", 8)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists() or not list((tmp_path / "new").iterdir())


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(tmp_path, tokenizer):
    """The two come from different models."""
    source = make(tmp_path / "source", tokenizer, vocab_size=280)
    with pytest.raises(ModelError, match=f"no more than the model's 280 tokens, got {len(tokenizer)}"):
        convert(source, tmp_path / "out", 8)


def test_bits_must_suit_the_model(tmp_path, checkpoint, tokenizer):
    """Unknown numbers, and groups of 64 that do not fit the width."""
    with pytest.raises(ModelError, match="bits must be one of 4, 8, 32, got 16"):
        convert(checkpoint, tmp_path / "out", 16)
    with pytest.raises(ModelError, match="multiples of 64, got 48"):
        convert(make(tmp_path / "source", tokenizer, n_embd=48), tmp_path / "out", 4)


def test_a_full_disk_is_noticed_before_work_begins(tmp_path, checkpoint, monkeypatch):
    """The need and the room are both named."""
    monkeypatch.setattr(gpt2_to_openvino.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    with pytest.raises(ModelError, match=r"needs 0.1 GB free at .*, got 0.0 GB"):
        convert(checkpoint, tmp_path / "out", 8)


def test_an_output_folder_in_use_is_refused_and_an_empty_one_taken(tmp_path, checkpoint):
    """Nothing of the user's is overwritten."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").touch()
    with pytest.raises(ModelError, match="must be new or empty"):
        convert(checkpoint, out, 8)
    (out / "mine").unlink()
    assert convert(checkpoint, out, 8) == out
    assert (out / "openvino_model.bin").is_file()


def test_progress_rises_to_its_total_and_may_stop_the_work(tmp_path, checkpoint):
    """The last call says that the result is in place; an exception midway leaves nothing."""
    calls: list[tuple[int, int]] = []
    convert(checkpoint, tmp_path / "out", 8, lambda done, total: calls.append((done, total)))
    assert calls == sorted(calls) and len({total for _, total in calls}) == 1 and calls[-1][0] == calls[-1][1]

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(checkpoint, tmp_path / "stopped", 8, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_leftovers_of_a_killed_conversion_go_and_a_running_one_is_respected(tmp_path, checkpoint):
    """Two conversions to one place take turns."""
    aside = tmp_path / ".out.partial"
    aside.mkdir()
    (aside / "openvino_model.bin").touch()
    with exclusive(aside), pytest.raises(ModelError, match="wait for the first"):
        convert(checkpoint, tmp_path / "out", 8)
    convert(checkpoint, tmp_path / "out", 8)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_write_error_is_told_as_one(tmp_path, checkpoint):
    """A place that cannot hold a folder."""
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="must be writable"):
        convert(checkpoint, tmp_path / "file" / "out", 8)


def test_a_file_cut_short_while_it_was_written_is_noticed(tmp_path, checkpoint, monkeypatch):
    """OpenVINO writes through a stream that need not report a full disk."""
    save = ov.save_model

    def cut(model: ov.Model, path: Path, **options: bool) -> None:
        save(model, path, **options)
        if path.name == "openvino_model.xml":
            os.truncate(path.with_suffix(".bin"), 1000)

    monkeypatch.setattr(ov, "save_model", cut)
    with pytest.raises(ModelError, match="must be readable again"):
        convert(checkpoint, tmp_path / "out", 8)
    assert not list(tmp_path.iterdir())
