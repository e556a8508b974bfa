"""Gets a better model in the background: download, conversion, and word to the app that it is ready.

Both steps run in child processes: the page keeps its interpreter lock and its memory, and closing ends them at once.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from assistant.core.errors import AssistantError, ModelError, Postponed
from assistant.core.processes import Child
from assistant.core.settings import Settings
from assistant.inference.manager.status import Speed, UpgradeStatus
from assistant.inference.models.catalog import Candidate, Plan, config_of, finished
from assistant.inference.models.hub import COMPLETE, hub_answers
from assistant.inference.models.shapes import GB

BACKOFF_SECONDS = (10.0, 60.0, 300.0, 900.0)  # between tries; the last is repeated
MAX_FAILURES = 4  # in a row, of faults that do not pass by themselves
KEEP_FREE = 20 * GB  # with less free disk than this, the checkpoint goes once it is converted
log = logging.getLogger(__name__)


class Place(Protocol):
    """Where the finished model goes, such as ``replacement.Replacement``."""

    def room(self, candidate: Candidate) -> AbstractContextManager[None]:
        """Memory to convert and start the candidate."""

    def install(self, candidate: Candidate) -> None:
        """Use the finished model. Raises AssistantError when it cannot be started."""


class Ended(BaseException):
    """The upgrade was closed while it worked: no failure, so that nobody tries to make it good."""


class Upgrade:
    """One better model, from its plan to an engine; tries again until it works, is closed or cannot work."""

    def __init__(
        self,
        candidate: Candidate,
        settings: Settings,
        place: Place,
        pauses: Sequence[float] = BACKOFF_SECONDS,
        first: Candidate | None = None,
    ) -> None:
        """Begin in the background. ``pauses`` are seconds between tries.

        ``first`` is small and answers until the better one is here. That it cannot be had holds nothing up.
        """
        for each in filter(None, (candidate, first)):
            _plan_of(each)
        self._candidate = candidate
        self._first = first
        self._got_first = False
        self._settings = settings
        self._place = place
        self._pauses = pauses
        self._status = UpgradeStatus(candidate.info.name, "looking")
        self._child: Child | None = None
        self._closed = threading.Event()
        self._over = threading.Event()
        self._speed = Speed()
        self._thread = threading.Thread(target=self._run, name="upgrade", daemon=True)
        self._thread.start()

    @property
    def status(self) -> UpgradeStatus:
        """How far it is."""
        return self._status

    @property
    def got_first(self) -> bool:
        """Whether the small model that was to come first is here."""
        return self._got_first

    def wait(self, seconds: float) -> UpgradeStatus:
        """The status once it is done, failed or closed, or after some seconds."""
        self._over.wait(seconds)
        return self._status

    def close(self) -> None:
        """End it. What was downloaded stays for the next time."""
        self._closed.set()
        if self._child is not None:
            self._child.kill()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        tries = failures = 0
        while not self._closed.is_set():
            try:
                self._try()
            except Ended:
                break
            except Exception as fault:
                failures = 0 if isinstance(fault, Postponed) else failures + 1
                lasting = failures >= MAX_FAILURES
                if isinstance(fault, AssistantError):
                    problem = str(fault)
                else:  # a defect, or a host at its limits: pages must say so, not show a download that stands still
                    log.exception("getting %s failed", self._candidate.info.name)
                    problem = f"it failed ({type(fault).__name__}). The log says more."
                self._status = replace(self._status, state="failed" if lasting else "waiting", problem=problem)
                if lasting:
                    self._over.set()
                    return
            else:
                self._status = UpgradeStatus(self._candidate.info.name, "done")
                self._over.set()
                return
            self._closed.wait(self._pauses[min(tries, len(self._pauses) - 1)])
            tries += 1
        self._status = replace(self._status, state="closed")
        self._over.set()

    def _try(self) -> None:
        if self._first is not None and not self._got_first:
            try:
                self._get(self._first)
                self._got_first = True
            except AssistantError as fault:
                log.warning("%s could not be got: %s", self._first.info.name, fault)
        self._get(self._candidate)

    def _get(self, candidate: Candidate) -> None:
        plan = _plan_of(candidate)
        self._status = UpgradeStatus(candidate.info.name, "looking")
        is_converted = plan.converted is not None and (plan.converted / "openvino_model.xml").is_file()
        if plan.hub and not is_converted and not (plan.checkpoint / COMPLETE).is_file():
            self._download(plan)
        with self._place.room(candidate):
            folder = plan.converted if is_converted and plan.converted else self._convert(plan)
            if self._closed.is_set():
                raise Ended
            self._status = replace(self._status, state="starting", problem="")
            self._place.install(finished(candidate, folder))

    def _download(self, plan: Plan) -> None:
        if not hub_answers():
            raise Postponed("the model hub cannot be reached.")
        self._speed = Speed()
        self._status = replace(self._status, state="downloading")
        self._run_child("fetch", "--child", "--reserve", str(plan.disk), "--folder", str(plan.checkpoint), plan.hub)

    def _convert(self, plan: Plan) -> Path:
        """The folder to use: the conversion, or the checkpoint where there is nothing to convert."""
        if plan.converted is None:
            return plan.checkpoint
        kind = config_of(plan.checkpoint).get("model_type")
        if kind != "gpt2":
            if self._settings.engine == "openvino":
                raise ModelError(f"it must be a GPT-2 for the engine openvino, it is {kind}. Unset ASSISTANT_ENGINE.")
            return plan.checkpoint
        self._status = replace(self._status, state="converting")
        self._run_child("convert", str(plan.checkpoint), "--out", str(plan.converted))
        if plan.hub and shutil.disk_usage(plan.converted).free < KEEP_FREE:
            shutil.rmtree(plan.checkpoint, ignore_errors=True)
        return plan.converted

    def _run_child(self, *arguments: str) -> None:
        child = Child(arguments, self._count)
        self._child = child
        if self._closed.is_set():  # closed while it started
            child.kill()
        try:
            child.wait()
        except ModelError:
            if self._closed.is_set():
                raise Ended from None
            raise

    def _count(self, done: int, total: int) -> None:
        speed = self._speed.add(time.monotonic(), done)
        self._status = replace(self._status, done=done, total=total, bytes_per_second=speed, problem="")


def _plan_of(candidate: Candidate) -> Plan:
    if candidate.plan is None:
        raise ValueError("an upgrade needs a candidate with a plan")
    return candidate.plan
