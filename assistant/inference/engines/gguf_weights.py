"""The weights of a GGUF file as they are: OpenVINO's reader of such files rounds the offsets of Q4_1.

A block of 32 weights in Q4_1 is `q * scale + minimum` with 4-bit numbers q. The reader turns the minimum into a whole
zero point of 4 bits, `(q - round(-minimum / scale)) * scale`, which adds about as large an error as the quantisation
itself: the embedded model then loops and invents words where the same file in transformers quotes its prompt. Here the
graph that the reader builds gets the exact weights back, in 8 bits with a scale for each row.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
import openvino_genai as genai
from filelock import FileLock
from gguf import GGMLQuantizationType, GGUFReader
from gguf.quants import dequantize
from openvino import Node
from openvino import opset13 as op

from assistant.core.errors import ModelError
from assistant.core.files import atomic_directory
from assistant.core.openvino_core import core, last_line

GRAPH = "openvino_model.xml"
COPIES = 5  # of the file that the folder holds at most while it is made: the file, and twice its weights in 8 bits
WAIT_SECONDS = 240.0  # for another process that makes the same model
log = logging.getLogger(__name__)

Rows = dict[bytes, tuple[Any, int]]  # a row of scales, and the tensor and row of which it is


def exact_model(source: Path, models: Path) -> Path | None:
    """The folder below ``models`` with the graph of a GGUF file and its exact weights; made if it is not there.

    None when the file has no Q4_1 weights, or when the folder cannot be written: the file is then used as it is.
    Raises ModelError when the file cannot be read.
    """
    folder = models / f"{source.stem}-{_fingerprint(source)}-int8"
    if (folder / GRAPH).is_file():
        return folder
    rows = _rows(source)
    if not rows:
        return None
    try:
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock", timeout=WAIT_SECONDS):
            if not (folder / GRAPH).is_file():  # another process may have made it meanwhile
                with atomic_directory(folder) as aside:
                    _write(source, rows, aside)
    except OSError as fault:  # filelock's Timeout is one, and a full disk
        log.warning("%s: its exact weights cannot be kept in %s (%s)", source.name, models, fault)
        return None
    return folder


def _fingerprint(source: Path) -> str:
    """Start of the SHA-256 of a file."""
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]
    except OSError as fault:
        raise ModelError(f"{source.name} cannot be read: {fault.strerror}.") from None


def _write(source: Path, rows: Rows, folder: Path) -> None:
    """The graph as OpenVINO reads it from the file, with the weights exchanged."""
    if shutil.disk_usage(folder).free < COPIES * source.stat().st_size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    copy = folder / source.name  # the reader writes its graph beside the file, which may lie where nobody may write
    shutil.copyfile(source, copy)
    scheduler = genai.SchedulerConfig()
    scheduler.num_kv_blocks = 1
    try:
        genai.ContinuousBatchingPipeline(str(copy), scheduler, "CPU", {"enable_save_ov_model": True})
        model = core().read_model(str(folder / GRAPH))
    except RuntimeError as fault:
        raise ModelError(f"The model {source.name} cannot be read: {last_line(fault)}") from None
    for weight, scales in _decompressions(model):
        exact = _exact(scales, rows)
        if exact is not None:
            weight.output(0).replace(_in_8_bits(exact).output(0))
    written = folder / "exact.xml"
    try:
        ov.save_model(model, str(written), compress_to_fp16=False)
    except RuntimeError as fault:  # what OpenVINO makes of a full disk
        raise OSError(last_line(fault)) from None
    del model  # it holds the file of the old weights
    copy.unlink()
    for suffix in (".bin", ".xml"):
        written.with_suffix(suffix).replace((folder / GRAPH).with_suffix(suffix))


def _rows(source: Path) -> Rows:
    """Where each row of Q4_1 weights is found, by its scales: the reader reorders rows, but never within one."""
    try:
        tensors = GGUFReader(str(source)).tensors
    except (OSError, ValueError, KeyError, IndexError) as fault:
        raise ModelError(f"{source.name} is no GGUF file that can be read ({fault}).") from None
    found: Rows = {}
    for tensor in tensors:
        if tensor.tensor_type == GGMLQuantizationType.Q4_1:
            blocks = tensor.data.reshape(tensor.data.shape[0], -1, 20)  # scale and minimum in float16, 16 bytes of q
            scales = np.ascontiguousarray(blocks[:, :, :2])
            found |= {scales[row].tobytes(): (tensor, row) for row in range(len(scales))}
    return found


def _decompressions(model: ov.Model) -> Iterator[tuple[Node, npt.NDArray[np.float16]]]:
    """Each place where 4-bit weights become numbers, [out, in], with the scales, [out, blocks]."""
    for node in model.get_ordered_ops():
        scaled = node.input_value(0).get_node() if node.get_type_name() == "Reshape" else None
        if scaled is None or scaled.get_type_name() != "Multiply":
            continue
        shifted, scales = (scaled.input_value(at).get_node() for at in (0, 1))
        if shifted.get_type_name() == "Subtract" and scales.get_type_name() == "Constant":
            yield node, scales.get_data().reshape(scales.get_data().shape[0], -1)


def _exact(scales: npt.NDArray[np.float16], rows: Rows) -> npt.NDArray[np.float32] | None:
    """The weights to which these scales belong, [out, in]; None when they are of another kind."""
    places = [rows.get(row.tobytes()) for row in scales]
    if not all(places):
        return None
    parts = [dequantize(place[0].data[place[1]], GGMLQuantizationType.Q4_1) for place in places if place]
    return np.stack(parts).astype(np.float32)


def _in_8_bits(weights: npt.NDArray[np.float32]) -> Node:
    """Signed 8-bit numbers with a scale for each row, as the converter of GPT-2 writes them."""
    scales = np.maximum(np.abs(weights).max(axis=1, keepdims=True) / 127, np.float32(1e-8))
    numbers = op.constant(np.round(weights / scales).astype(np.int8))
    return op.multiply(op.convert(numbers, "f16"), op.constant(scales.astype(np.float16)))
