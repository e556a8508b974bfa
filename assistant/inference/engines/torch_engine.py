"""The reference engine: Hugging Face transformers on PyTorch, on the CPU in fp32 or on a GPU in half precision.

One request at a time, in one worker thread. ``generate`` gets the seed project's arguments unchanged.
"""

from __future__ import annotations

import queue
import threading
import time
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
from assistant.inference.engine import Busy, Cancel, Counters, Request, Sink
from assistant.inference.engines.assembler import Assembler


@dataclass(eq=False)
class _Job:
    request: Request
    ids: torch.Tensor  # [1, tokens]
    sink: Sink
    cancelled: bool = False


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
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=waiting + 1)
        self._active: _Job | None = None
        self._closed = False
        self._started = self._finished = self._cancelled = self._tokens = 0
        self._progress_at = time.monotonic()
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
        longest = self._info.window - request.decoding.max_new_tokens
        if encoded["input_ids"].shape[1] > longest:
            count = encoded["input_ids"].shape[1]
            raise EngineError(f"The prompt must have at most {longest} tokens beside the answer, it has {count}.")
        if self._closed:
            raise EngineError("The engine has been shut down. Restart the app.")
        job = _Job(request, encoded["input_ids"].to(self._device), sink)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Busy(f"{self._jobs.qsize()} people are waiting already.") from None
        self._started += 1
        ahead = self._jobs.qsize() - 1 + (self._active is not None)
        if ahead:
            sink(Piece(ahead=ahead))

        def cancel() -> None:
            job.cancelled = True

        return cancel

    def counters(self) -> Counters:
        """Counts since the start."""
        running = int(self._active is not None)
        return Counters(
            running=running,
            waiting=self._jobs.qsize(),
            started=self._started,
            finished=self._finished,
            cancelled=self._cancelled,
            tokens=self._tokens,
            idle_seconds=time.monotonic() - self._progress_at if running else 0.0,
        )

    def close(self) -> None:
        """End the worker; requests under way are cancelled."""
        self._closed = True
        active = self._active
        if active is not None:
            active.cancelled = True
        self._jobs.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._active, self._progress_at = job, time.monotonic()
            try:
                finish, count = ("cancelled", 0) if job.cancelled or self._closed else self._generate(job)
                self._cancelled += finish == "cancelled"
                self._finished += finish != "cancelled"
                job.sink(Piece(tokens=count, finish=finish))
            except Exception as fault:  # whatever broke, the reader must hear of it instead of waiting for ever
                job.sink(EngineError(f"The model failed: {type(fault).__name__}: {fault}".splitlines()[0]))
            finally:
                self._active = None

    def _generate(self, job: _Job) -> tuple[str, int]:
        """Run one request; how it finished and the number of tokens."""
        decoding = job.request.decoding
        watch = _Watch(self, job, Assembler(self._decode, job.request.stop))
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
            self._tokens += len(tokens)
            watch.show(tokens)
        job.sink(Piece(watch.assembler.finish(), watch.assembler.count))
        if job.cancelled:
            return "cancelled", len(tokens)
        full = len(tokens) >= decoding.max_new_tokens and not watch.assembler.stopped
        return ("length" if full else "stop"), len(tokens)

    def _decode(self, tokens: list[int]) -> str:
        with self._tokenizer_lock:
            return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _note_token(self, count: int) -> None:
        self._tokens += count
        self._progress_at = time.monotonic()


class _Watch(StoppingCriteria, BaseStreamer):  # type: ignore[misc]
    """Streams tokens to the sink and tells ``generate`` to stop when the reader did.

    Not transformers' own TextIteratorStreamer: it knows neither stop texts nor errors, and a reader who leaves cannot
    stop its ``generate``.
    """

    def __init__(self, engine: TorchEngine, job: _Job, assembler: Assembler) -> None:
        self.assembler = assembler
        self._engine = engine
        self._job = job
        self._prompt_seen = False
        self._steps = 0

    def put(self, value: torch.Tensor) -> None:
        """A token from ``generate``; its first call brings the prompt."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        tokens = value.flatten().tolist()
        self._engine._note_token(len(tokens))
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
            self._engine._note_token(0)
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
