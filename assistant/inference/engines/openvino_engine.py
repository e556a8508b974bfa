"""The CPU engine: one paged-attention loop of OpenVINO GenAI serves every visitor.

``ContinuousBatchingPipeline.step()`` holds Python's interpreter lock for its whole run (seconds for a long prompt),
so this engine belongs in a process of its own: ``inference/serving/server.py`` runs it there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from assistant.core.errors import EngineError, ModelError
from assistant.core.openvino_core import last_line
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Busy, Cancel, Counters, Request, Sink
from assistant.inference.engines.assembler import Assembler
from assistant.inference.engines.openvino_pipeline import ended, finish_name, fitted, generation_config, open_pipeline

WARM_UP_TOKENS = 64  # the first prompt after loading also packs the weights; this one is nobody's
log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    ids: ov.Tensor
    request: Request
    sink: Sink
    assembler: Assembler
    cancelled: bool = False
    handle: Any = None
    steps: int = 0
    stage: int = 0  # tokens that the search under way may add
    ahead: int = field(default=-1)


class OpenVinoEngine:
    """A model folder or GGUF file behind one loop thread."""

    def __init__(
        self,
        source: Path,
        info: ModelInfo,
        *,
        running: int,
        waiting: int,
        cache_bytes: int,
        threads: int = 0,
        models: Path | None = None,
    ) -> None:
        """Load and warm up. ``cache_bytes`` bounds the key/value cache, ``models`` is where a GGUF file is kept as
        OpenVINO's own format; see ``gguf_weights``. Raises ModelError when it cannot load.
        """
        try:
            self._pipeline = open_pipeline(source, models, running=running, cache_bytes=cache_bytes, threads=threads)
            self._tokenizer = self._pipeline.get_tokenizer()
        except RuntimeError as fault:
            raise ModelError(f"The model {source.name} cannot be loaded: {last_line(fault)}") from None
        self._info = replace(info, chat_template=str(self._tokenizer.chat_template or ""))
        self._running_limit = running
        self._waiting_limit = waiting
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._running: list[_Job] = []
        self._closed = False
        self._problem = ""  # why the loop ended, if it broke
        self._requests = self._started = self._finished = self._cancelled = self._tokens = 0
        self._progress_at = time.monotonic()
        self._warm_up()
        self._thread = threading.Thread(target=self._loop, name="engine-loop", daemon=True)
        self._thread.start()

    @property
    def info(self) -> ModelInfo:
        """How the engine describes itself."""
        return self._info

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens around it."""
        return [int(self._encode(text).shape[1]) for text in texts]

    def submit(self, request: Request, sink: Sink) -> Cancel:
        """Queue a request; see ``Engine.submit``."""
        ids = self._encode(request.prompt)
        longest = self._info.window - request.decoding.max_new_tokens
        if ids.shape[1] > longest:
            raise EngineError(
                f"The prompt must have at most {longest} tokens beside the answer, it has {ids.shape[1]}."
            )
        with self._changed:
            if self._problem:
                raise EngineError(f"{self._problem} It is being started again; ask again in a moment.")
            if self._closed:
                raise EngineError("The engine has been shut down. Restart the app.")
            # Together: while the loop is busy with a long prompt, it takes nobody in, and all who come are waiting.
            if len(self._waiting) + len(self._running) >= self._waiting_limit + self._running_limit:
                raise Busy(f"All {self._running_limit} places are taken and {len(self._waiting)} people are waiting.")
            if not self._waiting and not self._running:  # idle until now, and not standing still
                self._progress_at = time.monotonic()
            job = _Job(ids, request, sink, Assembler(self._tokenizer.decode, request.stop))
            self._waiting.append(job)
            self._started += 1
            self._changed.notify()

        def cancel() -> None:
            with self._changed:
                job.cancelled = True
                self._changed.notify()

        return cancel

    def counters(self) -> Counters:
        """Counts since the start."""
        with self._changed:
            busy = bool(self._running or self._waiting)
            return Counters(
                running=len(self._running),
                waiting=len(self._waiting),
                started=self._started,
                finished=self._finished,
                cancelled=self._cancelled,
                tokens=self._tokens,
                idle_seconds=time.monotonic() - self._progress_at if busy else 0.0,
                problem=self._problem,
            )

    def close(self) -> None:
        """End the loop; requests under way are cancelled."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        try:
            while self._admit():
                self._pipeline.step()
                self._progress_at = time.monotonic()
                self._deliver()
        except Exception as fault:  # the loop's own end: every reader must hear of it, none may wait for ever
            log.exception("the loop broke")
            self._fail(EngineError(f"The engine stopped: {last_line(fault)}"))

    def _admit(self) -> bool:
        """Wait for work, drop what was cancelled, start what there is room for. False when the engine was closed."""
        with self._changed:
            while not self._closed:
                self._drop_cancelled()
                while self._waiting and len(self._running) < self._running_limit:
                    job = self._waiting.popleft()
                    self._running.append(job)  # before: if the loop breaks here, its reader hears of it
                    self._begin(job)
                self._announce_places()
                if self._running:
                    return True
                self._changed.wait()
                self._progress_at = time.monotonic()
            for job in [*self._running, *self._waiting]:
                job.cancelled = True
            self._drop_cancelled()
            return False

    def _begin(self, job: _Job) -> None:
        """Hand a job to the pipeline, or its next stage."""
        decoding = job.request.decoding
        left = decoding.max_new_tokens - job.assembler.count
        job.stage = min(left, decoding.beam_stage or left) if decoding.num_beams > 1 else left
        job.steps = 0
        self._requests += 1
        config = generation_config(replace(decoding, max_new_tokens=job.stage))
        job.handle = self._pipeline.add_request(self._requests, job.ids, config)

    def _drop_cancelled(self) -> None:
        for job in [job for job in self._running if job.cancelled]:
            job.handle.cancel()
            self._running.remove(job)
            self._end(job, "cancelled")
        for job in [job for job in self._waiting if job.cancelled]:
            self._waiting.remove(job)
            self._end(job, "cancelled")
        if not self._running and self._pipeline.has_non_finished_requests():
            self._pipeline.step()  # lets the pipeline forget what was cancelled

    def _end(self, job: _Job, finish: str) -> None:
        if finish == "cancelled":
            self._cancelled += 1
        else:
            self._finished += 1
        job.sink(Piece(job.assembler.finish() if not job.cancelled else "", job.assembler.count, finish=finish))

    def _announce_places(self) -> None:
        for ahead, job in enumerate(self._waiting, start=len(self._running)):
            if job.ahead != ahead:
                job.ahead = ahead
                job.sink(Piece(ahead=ahead))

    def _deliver(self) -> None:
        for job in list(self._running):
            job.steps += 1
            beams = job.request.decoding.num_beams > 1
            finish = self._deliver_beams(job) if beams else self._deliver_tokens(job)
            if finish and not job.cancelled:
                with self._changed:
                    self._running.remove(job)
                    self._end(job, finish)

    def _deliver_tokens(self, job: _Job) -> str:
        finish = ""
        text = ""
        while job.handle.can_read():
            for output in job.handle.read().values():
                self._tokens += len(output.generated_ids)
                text += job.assembler.add(output.generated_ids)
                finish = finish_name(output.finish_reason)
        if job.assembler.stopped and not finish:
            job.handle.stop()
            finish = "stop"
        if text:
            job.sink(Piece(text, job.assembler.count))
        return finish or ended(job.handle)

    def _deliver_beams(self, job: _Job) -> str:
        if not job.handle.can_read():
            job.sink(Piece(tokens=job.assembler.count + min(job.steps, job.stage)))
            return ended(job.handle)
        best = max(job.handle.read().values(), key=lambda output: output.score)
        self._tokens += len(best.generated_ids)
        job.sink(Piece(job.assembler.add(best.generated_ids), job.assembler.count))
        if job.assembler.stopped:
            return "stop"
        if not fitted(job.handle) or not best.generated_ids:
            return "length"
        finish = finish_name(best.finish_reason) or "stop"
        if finish == "length" and job.assembler.count < job.request.decoding.max_new_tokens:
            job.ids = ov.Tensor(np.concatenate([job.ids.data, [best.generated_ids]], axis=1))
            self._begin(job)  # most of its prompt is found in the prefix cache
            return ""
        return finish

    def _fail(self, fault: Exception) -> None:
        with self._changed:
            self._closed, self._problem = True, str(fault)
            for job in [*self._running, *self._waiting]:
                job.sink(fault)
            self._running.clear()
            self._waiting.clear()

    def _encode(self, text: str) -> ov.Tensor:
        return self._tokenizer.encode(text, add_special_tokens=False).input_ids

    def _warm_up(self) -> None:
        text = "warm up " * WARM_UP_TOKENS
        ids = ov.Tensor(self._encode(text).data[:, : min(WARM_UP_TOKENS, self._info.window - 8)].copy())
        # The handle must be kept: a request whose handle is gone counts as given up, and is never run.
        handle = self._pipeline.add_request(0, ids, generation_config(Decoding(max_new_tokens=2)))
        while self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        if not handle.can_read():
            raise ModelError(f"The model {self._info.name} did not answer when it was tried after loading.")
