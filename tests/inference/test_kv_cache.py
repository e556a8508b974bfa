"""The size of a block of the key/value cache, against what OpenVINO 2026.4 was seen to allocate."""

import json
import struct

import pytest

from assistant.inference.engines.kv_cache import cache_shape


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(folder, **numbers):
    pairs = [text("general.architecture") + struct.pack("<I", 8) + text("llama")]
    pairs += [text("llama." + name.replace("__", ".")) + struct.pack("<II", 4, n) for name, n in numbers.items()]
    pairs.append(text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 1) + text("a"))
    file = folder / "model.gguf"
    file.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, len(pairs)) + b"".join(pairs))
    return file


def test_gpt2_as_converted(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"n_layer": 12, "n_head": 12, "n_embd": 768}))
    assert cache_shape(tmp_path).block_bytes == 700_416
    (tmp_path / "manifest.json").write_text(json.dumps({"bits": 32}))
    assert cache_shape(tmp_path).block_bytes == 12 * 12 * 2 * 32 * 64 * 4


def test_the_embedded_model_has_fewer_heads_in_its_cache(tmp_path):
    sizes = {"block_count": 30, "embedding_length": 576, "attention__head_count": 9, "attention__head_count_kv": 3}
    assert cache_shape(gguf(tmp_path, **sizes)).block_bytes == 437_760


@pytest.mark.parametrize("config", ["{", "[]", "{}", '{"n_layer": 2, "n_head": 0, "n_embd": 8}'])
def test_a_model_that_does_not_tell_has_no_shape(tmp_path, config):
    (tmp_path / "config.json").write_text(config)
    assert cache_shape(tmp_path) is None


def test_a_file_that_is_no_gguf_has_no_shape(tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGU")
    assert cache_shape(tmp_path / "model.gguf") is None
    (tmp_path / "model.gguf").write_bytes(bytes(64))
    assert cache_shape(tmp_path / "model.gguf") is None
