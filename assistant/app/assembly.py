"""The parts put together as the settings ask: one place that knows every concrete class."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from assistant.app.note_opening import Report, open_note_store, silent
from assistant.chat.assistant import Assistant
from assistant.chat.journal import Journal
from assistant.core.errors import AssistantError
from assistant.core.host import Host, look_at_host
from assistant.core.records import ModelInfo
from assistant.core.settings import Settings
from assistant.inference.generator import Elsewhere, Generator
from assistant.inference.manager.memory import Guard, cache_bytes
from assistant.inference.manager.process import EngineProcess
from assistant.inference.manager.replacement import Replacement
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.inference.manager.upgrade import Upgrade
from assistant.inference.models.catalog import Candidate, Choice, list_candidates
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import hub_is_off
from assistant.retrieval.note_store import NoteStore
from assistant.retrieval.notes.library import check_folder
from assistant.retrieval.retriever import Retriever

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """Everything that one process needs to answer, loaded once."""

    settings: Settings
    host: Host
    choice: Choice
    store: NoteStore
    retriever: Retriever
    generator: Generator | None
    assistant: Assistant
    upgrade: Upgrade | None = None  # gets a better model meanwhile
    guard: Guard | None = None  # puts what needs less in the place of a model that fails

    @property
    def info(self) -> ModelInfo | None:
        """How the generator describes itself; None without one."""
        return self.generator.info if self.generator else None

    @property
    def reason(self) -> str:
        """Why the model that answers now does, in one sentence."""
        if self.guard is not None and self.guard.message:
            return self.guard.message
        if self.upgrade is not None and self.upgrade.status.state == "done":
            return "it was got in the background and is the best that this host can run"
        if self.upgrade is not None and self.upgrade.got_first:
            return "it is small and was here first"
        generator = self.generator
        if generator is not None and isinstance(generator, Elsewhere):
            return generator.reason
        return self.choice.reason

    def close(self) -> None:
        """End the engine process and what is being got."""
        if self.guard is not None:
            self.guard.close()
        if self.upgrade is not None:
            self.upgrade.close()
        close = getattr(self.generator, "close", None)  # not every generator holds on to something
        if close:
            close()


def assemble(settings: Settings, report: Report = silent, *, upgrade: bool = True) -> Parts:
    """Load everything but the model, which loads in a process of its own meanwhile.

    With ``upgrade``, a better model is then got in the background; the page start does not wait for the hub.
    Raises AssistantError kinds. A model that cannot be chosen or reached is no reason to fail: the notes answer.
    """
    check_folder(settings.knowledge)
    host = look_at_host(settings.home)
    report("Starting the model")
    choice, generator = start_generator(settings, host, upgrade=upgrade)
    try:
        store, retriever = open_note_store(settings, report)
    except BaseException:
        close = getattr(generator, "close", None)
        if close:
            close()
        raise
    follow = Journal(settings.log_questions).follow
    assistant = Assistant(retriever, generator, settings.question_limit, follow=follow)
    better = start_upgrade(settings, host, choice, generator) if upgrade else None
    guard = start_guard(settings, generator, better)
    return Parts(settings, host, choice, store, retriever, generator, assistant, better, guard)


def start_generator(settings: Settings, host: Host, *, upgrade: bool = True) -> tuple[Choice, Generator | None]:
    """The generator that the settings ask for; None with the reason when there is none.

    A model on this host is behind a ``SwitchingGenerator``, so that another can take its place. The hub is not asked.
    """
    if settings.endpoint:
        return _remote(settings)
    try:
        choice = choose(settings, host, False if hub_is_off() or not upgrade else None)
    except AssistantError as fault:
        log.warning("no model: %s", fault)
        return Choice(None, str(fault)), None
    first = _start(choice.candidate, settings) if choice.candidate else None
    expected = choice.meanwhile or choice.better or choice.candidate
    return choice, SwitchingGenerator(first, expected.info.name) if expected else None


def start_upgrade(settings: Settings, host: Host, choice: Choice, generator: Generator | None) -> Upgrade | None:
    """Begin to get the better model of a choice; None when there is none to get."""
    if choice.better is None or not isinstance(generator, SwitchingGenerator):
        return None
    place = Replacement(generator, choice.candidate, host, lambda candidate: _start(candidate, settings))
    return Upgrade(choice.better, settings, place, first=choice.meanwhile)


def start_guard(settings: Settings, generator: Generator | None, upgrade: Upgrade | None) -> Guard | None:
    """Begin to watch a model on this host; None when there is none."""
    if not isinstance(generator, SwitchingGenerator):
        return None

    def candidates() -> tuple[Candidate, ...]:
        return list_candidates(settings, look_at_host(settings.home), hub=False)

    def is_changing() -> bool:
        return upgrade is not None and upgrade.status.state in ("converting", "starting")

    guard = Guard(
        generator, candidates, lambda rung: EngineProcess(rung.candidate, settings, rung.cache_bytes), is_changing
    )
    guard.watch()
    return guard


def _start(candidate: Candidate, settings: Settings) -> EngineProcess:
    return EngineProcess(candidate, settings, cache_bytes(look_at_host(settings.home), candidate.memory))


def _remote(settings: Settings) -> tuple[Choice, Generator | None]:
    # Imported here: the openai client takes half a second, which every first visitor would wait.
    from assistant.inference.serving.endpoints import Endpoints
    from assistant.inference.serving.remote import RemoteGenerator

    model = "" if settings.model in ("auto", "none") else settings.model
    key = settings.api_key.get_secret_value()
    addresses = [address.strip() for address in settings.endpoint.split(",") if address.strip()]
    endpoints = Endpoints(addresses, lambda address: RemoteGenerator(address, key, model))
    return Choice(None, endpoints.reason), endpoints
