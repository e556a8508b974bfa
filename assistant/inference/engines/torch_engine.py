"""The reference engine: Hugging Face transformers on PyTorch, on the CPU in fp32 or on a GPU in half precision.

One request at a time, in one worker thread. ``generate`` gets the seed project's arguments unchanged.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    StoppingCriteria,
    StoppingCriteriaList,
    set_seed,
)
from transformers.generation.streamers import BaseStreamer

from assistant.core.errors import EngineError, ModelError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Cancel, Counters, Request, Sink
from assistant.inference.engines.assembler import Assembler
from assistant.inference.engines.request_queue import Job, RequestQueue, check_length


@dataclass(eq=False, kw_only=True)
class _Job(Job):
    ids: torch.Tensor  # [1, tokens]


class TorchEngine:
    """Any Hugging Face causal language model, by id or folder."""

    def __init__(self, source: str, info: ModelInfo, *, waiting: int, threads: int = 0) -> None:
        """Load the model. Raises ModelError when it cannot be found, read, or does not fit."""
        if threads:
            torch.set_num_threads(threads)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        kind = torch.float32 if self._device == "cpu" else torch.bfloat16
        local = Path(source).is_dir()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local)
            model: Any = AutoModelForCausalLM.from_pretrained(
                source, dtype=kind, local_files_only=local, use_safetensors=True
            )
            self._model = model.to(self._device).eval()
        except (OSError, ValueError, RuntimeError, KeyError) as fault:
            reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
            raise ModelError(f"The model {source!r} cannot be loaded: {reason}") from None
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token  # GPT-2 has no padding token of its own
        window = int(getattr(self._model.config, "max_position_embeddings", info.window) or info.window)
        self._info = replace(
            info,
            window=min(window, 4096),
            chat_template=str(self._tokenizer.chat_template or ""),
            engine="torch",
        )
        self._tokenizer_lock = threading.Lock()  # a fast tokenizer shared by threads fails: "Already borrowed"
        self._queue: RequestQueue[_Job] = RequestQueue(1, waiting)
        self._thread = threading.Thread(target=self._work, name="torch-engine", daemon=True)
        self._thread.start()

    @property
    def info(self) -> ModelInfo:
        """How the engine describes itself."""
        return self._info

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens around it."""
        with self._tokenizer_lock:
            return [len(self._tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]

    def submit(self, request: Request, sink: Sink) -> Cancel:
        """Queue a request; see ``Engine.submit``."""
        with self._tokenizer_lock:
            encoded = self._tokenizer(request.prompt, add_special_tokens=False, return_tensors="pt")
        check_length(encoded["input_ids"].shape[1], request, self._info)
        cancel = self._queue.put(_Job(request, sink, ids=encoded["input_ids"].to(self._device)))
        with self._queue.changed:
            if self._queue.running:  # the worker is busy and tells nobody before it is through
                self._queue.announce()
        return cancel

    def counters(self) -> Counters:
        """Counts since the start."""
        return self._queue.counters()

    def close(self) -> None:
        """End the worker; requests under way are cancelled."""
        with self._queue.changed:
            self._queue.cancel_all()
        self._queue.close()
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                finish, count = self._generate(job)
            except Exception as fault:  # whatever broke, the reader must hear of it instead of waiting for ever
                told: Piece | Exception = EngineError(
                    f"The model failed: {type(fault).__name__}: {fault}".splitlines()[0]
                )
            else:
                told = Piece(tokens=count, finish=finish)
            with self._queue.changed:
                if not job.cancelled:
                    self._queue.finish(job)
                    job.sink(told)

    def _next(self) -> _Job | None:
        """The next job, once there is one; None when the engine was closed."""
        with self._queue.changed:
            while True:
                for left in self._queue.take_cancelled():
                    left.sink(Piece(finish="cancelled"))
                if self._queue.closed:
                    return None
                self._queue.admit(lambda job: None)
                self._queue.announce()
                if self._queue.running:
                    self._queue.note_tokens(0)
                    return self._queue.running[0]
                self._queue.changed.wait()

    def _generate(self, job: _Job) -> tuple[str, int]:
        """Run one request; how it finished and the number of tokens."""
        decoding = job.request.decoding
        watch = _Watch(self._queue, job, Assembler(self._decode, job.request.stop))
        arguments: dict[str, Any] = {}
        if decoding.samples:
            set_seed(decoding.seed)
        if decoding.num_beams < 2:
            arguments["streamer"] = watch
        with torch.inference_mode():
            output = self._model.generate(
                job.ids,
                attention_mask=torch.ones_like(job.ids),
                pad_token_id=self._tokenizer.pad_token_id,
                stopping_criteria=StoppingCriteriaList([watch]),
                **_arguments(decoding),
                **arguments,
            )
        tokens = output[0, job.ids.shape[1] :].tolist()
        if decoding.num_beams > 1:
            self._queue.note_tokens(len(tokens))
            watch.show(tokens)
        job.sink(Piece(watch.assembler.finish(), watch.assembler.count))
        if job.cancelled:
            return "cancelled", len(tokens)
        full = len(tokens) >= decoding.max_new_tokens and not watch.assembler.stopped
        return ("length" if full else "stop"), len(tokens)

    def _decode(self, tokens: list[int]) -> str:
        with self._tokenizer_lock:
            return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))


class _Watch(StoppingCriteria, BaseStreamer):  # type: ignore[misc]
    """Streams tokens to the sink and tells ``generate`` to stop when the reader did.

    Not transformers' own TextIteratorStreamer: it knows neither stop texts nor errors, and a reader who leaves cannot
    stop its ``generate``.
    """

    def __init__(self, requests: RequestQueue[_Job], job: _Job, assembler: Assembler) -> None:
        self.assembler = assembler
        self._queue = requests
        self._job = job
        self._prompt_seen = False
        self._steps = 0

    def put(self, value: torch.Tensor) -> None:
        """A token from ``generate``; its first call brings the prompt."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        tokens = value.flatten().tolist()
        self._queue.note_tokens(len(tokens))
        self.show(tokens)

    def end(self) -> None:
        """The end of the stream; the worker sends the last piece itself."""

    def show(self, tokens: list[int]) -> None:
        """Send what became final with these tokens."""
        text = self.assembler.add(tokens)
        if text:
            self._job.sink(Piece(text, self.assembler.count))

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """Asked after each step: one flag for each sequence."""
        self._steps += 1
        if self._job.request.decoding.num_beams > 1:
            self._queue.note_tokens(0)
            self._job.sink(Piece(tokens=self._steps))
        done = self._job.cancelled or self.assembler.stopped
        return torch.full((input_ids.shape[0],), done, dtype=torch.bool, device=input_ids.device)


def _arguments(decoding: Decoding) -> dict[str, Any]:
    """The arguments of ``generate``, named as the seed project gave them."""
    arguments: dict[str, Any] = {
        "max_new_tokens": decoding.max_new_tokens,
        "do_sample": decoding.samples,
        "repetition_penalty": decoding.repetition_penalty,
    }
    if decoding.num_beams > 1:
        arguments.update(
            num_beams=decoding.num_beams,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            early_stopping=decoding.early_stopping,
        )
    if decoding.samples:
        arguments.update(temperature=decoding.temperature, top_k=decoding.top_k, top_p=decoding.top_p)
    return arguments
