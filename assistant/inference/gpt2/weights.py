"""A checkpoint's tensors as OpenVINO constants of 32, 8 or 4 bits, parked in a file and not in memory.

8 bits: symmetric, one scale per output row. 4 bits: groups of 64 inputs, each with a scale and a zero point;
embeddings stay at 8. Both are weight-only formats as NNCF writes them, Constant -> Convert [-> Subtract] ->
Multiply, which OpenVINO's CPU plugin fuses into its matrix kernels:
https://docs.openvino.ai/2025/openvino-workflow/model-optimization-guide/weight-compression.html
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import Node
from openvino import opset13 as op

from assistant.core.errors import ModelError
from assistant.inference.gpt2.checkpoint import GPT2Checkpoint, as_float32
from assistant.inference.gpt2.shape import GPT2Shape

BITS = (4, 8, 32)
_GROUP = 64  # divides the width of every published GPT-2, which 128 does not (XL is 1,600 wide)
_TINY = 1e-30  # a row that is zero, or as good as zero, takes the scale 1
_BLOCK = 1 << 18  # values worked on at once: 1 MB of float32 stays in the processor's cache


def check_bits(bits: int, shape: GPT2Shape) -> None:
    """Raise ModelError unless `bits` is known and fits the sizes of the model."""
    if bits not in BITS:
        raise ModelError(f"bits must be one of {', '.join(map(str, BITS))}, got {bits}; 8 suits most hosts")
    if bits == 4 and (shape.width % _GROUP or shape.inner % _GROUP):
        raise ModelError(
            f"4 bits need widths that are multiples of {_GROUP}, got {shape.width} and "
            f"{shape.inner}; convert with 8 bits"
        )


def weight_bytes(shape: GPT2Shape, bits: int) -> int:
    """About how long the weight file of the result becomes, in bytes (a little above the truth)."""
    embeddings = shape.vocabulary * shape.width * (1 if shape.tied else 2)
    others = shape.parameters - embeddings
    # 4 bits carry 20 bits of scale and zero point per group; 3% covers rows' scales, biases and positions.
    per_value = {4: 0.5 + 2.5 / _GROUP, 8: 1.0, 32: 4.0}[bits]
    weights = others * per_value + embeddings * (4 if bits == 32 else 1)
    return int(1.03 * weights) + 4 * shape.width * shape.positions


class QuantisedWeights:
    """The `WeightSource` of `gpt2_graph` over a checkpoint: reads, shrinks and parks one tensor at a time."""

    def __init__(self, checkpoint: GPT2Checkpoint, bits: int, scratch: BinaryIO, read: Callable[[int], None]) -> None:
        """Park constants in `scratch` (open for update); `read` is told the bytes of each tensor done."""
        self._checkpoint = checkpoint
        self._bits = bits
        self._scratch = scratch
        self._read = read
        self._parked: list[NDArray[Any]] = []  # the graph points into these maps: they must outlive it

    def vector(self, name: str) -> Node:
        """The tensor as float32 of its own shape; raises ModelError on a value that is not finite."""
        array = self._checkpoint.read(name)
        values = np.array(as_float32(array))
        _check_finite(name, values)
        self._read(array.nbytes)
        return op.constant(values)

    def table(self, name: str) -> Node:
        """An embedding [rows, width] at 8 bits per value (32 if the model is to have 32)."""
        array = self._checkpoint.read(name)
        node = self._float32(name, array) if self._bits == 32 else self._int8(*rows_to_int8(name, array))
        self._read(array.nbytes)
        return node

    def linear(self, name: str) -> Node:
        """A linear layer stored as [in, out], turned to [out, in], at the model's bits per value."""
        array = self._checkpoint.read(name)
        if self._bits == 32:
            node = self._float32(name, array.T)
        elif self._bits == 8:
            node = self._int8(*rows_to_int8(name, array.T))
        else:
            node = self._uint4(*rows_to_uint4(name, array.T))
        self._read(array.nbytes)
        return node

    def _float32(self, name: str, matrix: NDArray[Any]) -> Node:
        values = np.empty(matrix.shape, np.float32)
        for part, block in _blocks(name, matrix):
            values[part] = block
        return self._constant(values, values.shape, ov.Type.f32)

    def _int8(self, values: NDArray[np.int8], scale: NDArray[np.float32]) -> Node:
        stored = self._constant(values, values.shape, ov.Type.i8)
        return op.multiply(op.convert(stored, "f32"), op.constant(scale[:, None]))

    def _uint4(self, values: NDArray[np.uint8], scale: NDArray[np.float16], zero: NDArray[np.uint8]) -> Node:
        rows, groups, _ = values.shape
        stored = self._constant(_pack(values), values.shape, ov.Type.u4)
        zeros = self._constant(_pack(zero), (rows, groups, 1), ov.Type.u4)
        centred = op.subtract(op.convert(stored, "f16"), op.convert(zeros, "f16"))
        scaled = op.multiply(centred, op.constant(scale[:, :, None]))
        flat = op.reshape(scaled, op.constant(np.array([rows, -1], np.int64)), special_zero=False)
        return op.convert(flat, "f32")

    def _constant(self, data: NDArray[Any], shape: tuple[int, ...], kind: ov.Type) -> Node:
        """A constant over a file map, whose pages the kernel may drop; it could not drop the heap's."""
        start = self._scratch.seek(0, 2)
        data.tofile(self._scratch)
        self._scratch.flush()
        mapped = np.memmap(self._scratch, data.dtype, "r", start, data.shape)
        self._parked.append(mapped)
        return op.constant(ov.Tensor(mapped, ov.Shape(shape), kind), shared_memory=True)


def rows_to_int8(name: str, matrix: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """[rows, columns] -> values of that shape and scales [rows]; row r is about `values[r] * scales[r]`.

    The error is at most half a scale. Raises ModelError, naming the tensor, on a value that is not finite.
    """
    values = np.empty(matrix.shape, np.int8)
    scale = np.empty(matrix.shape[0], np.float32)
    for part, block in _blocks(name, matrix):
        peak = np.maximum(block.max(axis=1), -block.min(axis=1))
        scale[part] = np.where(peak > _TINY, peak / 127, 1)
        block /= scale[part, None]
        values[part] = np.rint(block, out=block)
    return values, scale


def rows_to_uint4(
    name: str,
    matrix: NDArray[Any],
) -> tuple[NDArray[np.uint8], NDArray[np.float16], NDArray[np.uint8]]:
    """[rows, columns] -> values [rows, groups, 64], scales and zero points [rows, groups]; values 0 to 15.

    Group g of row r is about `(values[r, g] - zeros[r, g]) * scales[r, g]`. Raises as `rows_to_int8`.
    """
    rows, groups = matrix.shape[0], matrix.shape[1] // _GROUP
    values = np.empty((rows, groups, _GROUP), np.uint8)
    scale = np.empty((rows, groups), np.float16)
    zero = np.empty((rows, groups), np.uint8)
    for part, block in _blocks(name, matrix):
        grouped = block.reshape(-1, groups, _GROUP)
        # The range always holds 0, so that the zero point is one of the 16 values.
        low, high = np.minimum(grouped.min(axis=2), 0), np.maximum(grouped.max(axis=2), 0)
        step = ((high - low) / 15).astype(np.float16)
        scale[part] = np.where(step > 0, step, 1)
        step = scale[part].astype(np.float32)  # as it will be read back, rounding included
        zero[part] = np.clip(np.rint(-low / step), 0, 15)
        grouped /= step[:, :, None]
        grouped += zero[part, :, None]
        values[part] = np.clip(np.rint(grouped, out=grouped), 0, 15, out=grouped)
    return values, scale, zero


def _blocks(name: str, matrix: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Runs of rows, copied to float32, so that a mapped matrix is never in memory as a whole."""
    step = max(1, _BLOCK // matrix.shape[1])
    for start in range(0, matrix.shape[0], step):
        part = slice(start, start + step)
        block = np.array(as_float32(matrix[part]), np.float32, order="C")
        _check_finite(name, block)
        yield part, block


def _check_finite(name: str, values: NDArray[np.float32]) -> None:
    # A sum is finite only if every term is (or overflows, which no trained weight comes near).
    if not np.isfinite(values.sum()):
        raise ModelError(f"every value of {name} must be finite, got NaN or infinity; download the checkpoint again")


def _pack(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two 4-bit values per byte, the earlier one in the lower half, as OpenVINO's u4 stores them."""
    flat = values.reshape(-1)
    flat = np.append(flat, np.uint8(0)) if flat.size % 2 else flat
    return flat[::2] | (flat[1::2] << np.uint8(4))
