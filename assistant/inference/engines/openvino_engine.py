"""The CPU engine: one paged-attention loop of OpenVINO GenAI serves every visitor.

``ContinuousBatchingPipeline.step()`` holds Python's interpreter lock for its whole run (seconds for a long prompt),
so this engine belongs in a process of its own: ``inference/serving/server.py`` runs it there.
"""

from __future__ import annotations

import logging
import threading
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
from assistant.inference.engine import Cancel, Counters, Request, Sink
from assistant.inference.engines.assembler import Assembler
from assistant.inference.engines.openvino_pipeline import ended, finish_name, fitted, generation_config, open_pipeline
from assistant.inference.engines.request_queue import Job, RequestQueue, check_length

WARM_UP_TOKENS = 64  # the first prompt after loading also packs the weights; this one is nobody's
log = logging.getLogger(__name__)


@dataclass(eq=False, kw_only=True)
class _Job(Job):
    ids: ov.Tensor
    assembler: Assembler
    handle: Any = None
    steps: int = 0
    stage: int = field(default=0)  # tokens that the search under way may add


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
        self._queue: RequestQueue[_Job] = RequestQueue(running, waiting)
        self._searches = 0  # numbers that the pipeline tells its requests apart by
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
        check_length(ids.shape[1], request, self._info)
        assembler = Assembler(self._tokenizer.decode, request.stop)
        return self._queue.put(_Job(request, sink, ids=ids, assembler=assembler))

    def counters(self) -> Counters:
        """Counts since the start."""
        return self._queue.counters()

    def close(self) -> None:
        """End the loop; requests under way are cancelled."""
        self._queue.close()
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        try:
            while self._await_work():
                self._pipeline.step()
                self._queue.note_tokens(0)
                self._deliver()
        except Exception as fault:  # the loop's own end: every reader must hear of it, none may wait for ever
            log.exception("the loop broke")
            self._queue.fail(EngineError(f"The engine stopped: {last_line(fault)}"))

    def _await_work(self) -> bool:
        """Wait for work, drop what was cancelled, start what there is room for. False when the engine was closed."""
        with self._queue.changed:
            while not self._queue.closed:
                self._drop_cancelled()
                self._queue.admit(self._begin)
                self._queue.announce()
                if self._queue.running:
                    return True
                self._queue.changed.wait()
                self._queue.note_tokens(0)
            self._queue.cancel_all()
            self._drop_cancelled()
            return False

    def _begin(self, job: _Job) -> None:
        """Hand a job to the pipeline, or its next stage."""
        decoding = job.request.decoding
        left = decoding.max_new_tokens - job.assembler.count
        job.stage = min(left, decoding.beam_stage or left) if decoding.num_beams > 1 else left
        job.steps = 0
        self._searches += 1
        config = generation_config(replace(decoding, max_new_tokens=job.stage))
        job.handle = self._pipeline.add_request(self._searches, job.ids, config)

    def _drop_cancelled(self) -> None:
        for job in self._queue.take_cancelled():
            if job.handle is not None:
                job.handle.cancel()
            job.sink(Piece(tokens=job.assembler.count, finish="cancelled"))
        if not self._queue.running and self._pipeline.has_non_finished_requests():
            self._pipeline.step()  # lets the pipeline forget what was cancelled

    def _deliver(self) -> None:
        for job in list(self._queue.running):
            job.steps += 1
            beams = job.request.decoding.num_beams > 1
            finish = self._deliver_beams(job) if beams else self._deliver_tokens(job)
            if finish and not job.cancelled:
                with self._queue.changed:
                    self._queue.finish(job)
                    job.sink(Piece(job.assembler.finish(), job.assembler.count, finish=finish))

    def _deliver_tokens(self, job: _Job) -> str:
        finish = ""
        text = ""
        while job.handle.can_read():
            for output in job.handle.read().values():
                self._queue.note_tokens(len(output.generated_ids))
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
        self._queue.note_tokens(len(best.generated_ids))
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
