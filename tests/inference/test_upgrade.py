"""Which model is chosen, how a better one is got meanwhile, and how answers switch to it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import count_words
from loopback_hub import MODEL
from tiny_gpt2 import make, train_tokenizer

from assistant.app import assembly
from assistant.core import processes as child
from assistant.core.errors import AssistantError, EngineError, ModelError
from assistant.core.host import Host
from assistant.core.records import ModelInfo, Piece
from assistant.core.settings import Settings
from assistant.inference.decoding import Decoding
from assistant.inference.generator import held
from assistant.inference.manager.process import EngineProcess, EngineStatus
from assistant.inference.manager.replacement import Replacement
from assistant.inference.manager.status import UpgradeStatus
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.inference.manager.upgrade import MAX_FAILURES, Upgrade
from assistant.inference.models import embedded
from assistant.inference.models.catalog import Candidate, Plan, list_candidates
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import COMPLETE, download_folder
from assistant.inference.models.shapes import GIB, SHAPES, converted_folder

GB = 10**9
HOST = Host(
    memory=16 * GIB, memory_free=12 * GIB, disk_free=100 * GB, cores=2, gpu="", gpu_memory=0
)  # fmt: skip
GPU = replace(HOST, gpu="Big", gpu_memory=24 * GIB)


@pytest.fixture(autouse=True)
def no_shared_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("tiny") / "my-gpt2", train_tokenizer())


def settings_of(tmp_path: Path, **given: object) -> Settings:
    return Settings(home=tmp_path / "home", **given)


def put_converted(settings: Settings, number: int) -> None:
    folder = converted_folder(settings, SHAPES[number])
    folder.mkdir(parents=True)
    (folder / "openvino_model.xml").touch()


# The choice


@pytest.mark.parametrize(
    "host, answers, better",
    [
        (HOST, True, "gpt2-xl"),
        (HOST, None, "gpt2-xl"),  # not known yet: tried
        (HOST, False, None),
        (replace(HOST, memory=int(2.3 * GIB)), True, "gpt2-large"),
        (replace(HOST, memory=int(1.5 * GIB)), True, "gpt2-medium"),
        (replace(HOST, memory=int(1.1 * GIB)), True, "gpt2"),
        (replace(HOST, disk_free=9 * GB), True, "gpt2-large"),  # XL needs 6.4 GB and 3.3 GB to convert
        (replace(HOST, disk_free=1 * GB), True, "gpt2"),
    ],
)
def test_auto_gets_the_largest_size_that_fits_while_the_embedded_model_answers(tmp_path, host, answers, better):
    choice = choose(settings_of(tmp_path), host, answers)
    assert choice.candidate is not None and choice.candidate.info.name == "SmolLM2-135M-Instruct"
    assert (choice.better.info.name if choice.better else None) == better
    if better:
        assert choice.better.plan.hub == f"openai-community/{better}"


def test_a_converted_xl_is_used_at_once_and_nothing_is_got(tmp_path):
    settings = settings_of(tmp_path)
    put_converted(settings, 0)
    choice = choose(settings, HOST, True)
    assert choice.candidate.info.name == "gpt2-xl" and choice.better is None


def test_a_converted_large_answers_while_xl_is_got(tmp_path):
    settings = settings_of(tmp_path)
    put_converted(settings, 1)
    choice = choose(settings, HOST, True)
    assert (choice.candidate.info.name, choice.better.info.name) == ("gpt2-large", "gpt2-xl")
    assert "6.4 GB to be downloaded from openai-community/gpt2-xl" in choice.reason


def test_a_part_that_is_here_needs_no_disk_again(tmp_path):
    settings = settings_of(tmp_path)
    folder = download_folder(settings.home, SHAPES[0].hub)
    folder.mkdir(parents=True)
    with (folder / ".model.safetensors.0.part").open("wb") as part:
        part.truncate(6 * GB)  # sparse
    assert choose(settings, replace(HOST, disk_free=4 * GB), True).better.info.name == "gpt2-xl"


def test_downloads_can_be_turned_off(tmp_path):
    settings = settings_of(tmp_path, download=False)
    assert choose(settings, HOST, True).better is None
    assert list_candidates(settings, HOST, True)[0].reason == "not here, and ASSISTANT_DOWNLOAD is off"


def test_a_gpu_takes_the_hub_checkpoint_with_torch_and_without_conversion(tmp_path):
    better = choose(settings_of(tmp_path), GPU, True).better
    assert (better.info.name, better.info.engine, better.plan.converted) == ("gpt2-xl", "torch", None)
    small = list_candidates(settings_of(tmp_path), replace(GPU, gpu_memory=4 * GIB), True)
    assert "of GPU memory, Big has 4.0 GB" in small[0].reason
    assert choose(settings_of(tmp_path), replace(GPU, gpu_memory=4 * GIB), True).better.info.engine == "openvino"
    assert choose(settings_of(tmp_path, engine="openvino"), GPU, True).better.info.engine == "openvino"


def test_a_downloaded_checkpoint_is_used_by_a_gpu_and_converted_on_a_cpu_without_the_hub(tmp_path):
    settings = settings_of(tmp_path)
    folder = download_folder(settings.home, SHAPES[0].hub)
    folder.mkdir(parents=True)
    (folder / COMPLETE).touch()
    assert choose(settings, GPU, False).candidate.source == str(folder)
    better = choose(settings, HOST, False).better
    assert better.plan == replace(better.plan, hub="", checkpoint=folder, download=0)


# A model that is named


def test_a_gpt2_checkpoint_folder_is_converted_unless_torch_is_asked_for(tmp_path, checkpoint):
    settings = settings_of(tmp_path, model=str(checkpoint))
    choice = choose(settings, HOST, False)
    assert choice.candidate.info.name == "SmolLM2-135M-Instruct"
    plan = choice.better.plan
    assert plan.checkpoint == checkpoint and plan.hub == ""
    assert plan.converted.parent == settings.home / "models" and plan.converted.name.startswith("my-gpt2-")
    with_torch = choose(settings_of(tmp_path, model=str(checkpoint), engine="torch"), HOST, False)
    assert (with_torch.candidate.info.engine, with_torch.better) == ("torch", None)
    assert choose(settings, GPU, False).candidate.info.engine == "torch"


@pytest.mark.parametrize("part", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_fine_tune_that_is_trained_further_is_converted_anew(tmp_path, part):
    folder = make(tmp_path / "mine", train_tokenizer())
    settings = settings_of(tmp_path, model=str(folder))
    first = choose(settings, HOST).better.plan.converted
    first.mkdir(parents=True)
    (first / "openvino_model.xml").touch()
    (first / "config.json").write_text((folder / "config.json").read_text())
    assert choose(settings, HOST).candidate.source == str(first)
    (folder / part).touch()
    assert choose(settings, HOST).better.plan.converted != first


def test_another_kind_of_model_stays_with_torch(tmp_path):
    (tmp_path / "llama").mkdir()
    (tmp_path / "llama" / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 4096}')
    name = str(tmp_path / "llama")
    chosen = choose(settings_of(tmp_path, model=name), HOST).candidate
    assert (chosen.info.engine, chosen.info.window) == ("torch", 4096)
    with pytest.raises(ModelError, match="must be a GPT-2 for the engine openvino, it is llama"):
        choose(settings_of(tmp_path, model=name, engine="openvino"), HOST)


@pytest.mark.parametrize("name", ["gpt2-xl", "openai-community/gpt2-xl", "someone/fine-tune"])
def test_a_named_model_is_got_or_the_reason_is_an_error(tmp_path, name):
    settings = settings_of(tmp_path, model=name)
    assert choose(settings, HOST, True).better.plan.hub in (name, "openai-community/gpt2-xl")
    with pytest.raises(ModelError, match="cannot be used: not here, and the model hub cannot be reached"):
        choose(settings, HOST, False)


# Switching


class Model:
    """A running model that says its name; it can be held in mid-answer."""

    def __init__(self, name: str, log: list[str], fails: str = "") -> None:
        self.info = ModelInfo(name, "openvino", 64)
        self.status = EngineStatus("failed", fails) if fails else EngineStatus("ready")
        self.go_on = threading.Event()
        self.closed = False
        self._log = log
        log.append(f"start {name}")

    def wait(self, seconds: float) -> EngineStatus:
        return self.status

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_words(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        yield Piece(self.info.name, 1)
        self.go_on.wait(60)
        yield Piece(" to the end" if not self.closed else " cut off", 4, finish="stop")

    def close(self) -> None:
        self.closed = True
        self._log.append(f"close {self.info.name}")


def test_an_answer_under_way_finishes_on_the_old_model_which_is_then_closed():
    log: list[str] = []
    old, new = Model("old", log), Model("new", log)
    generator = SwitchingGenerator(old, "new")
    with held(generator) as model:
        pieces = model.stream("prompt", Decoding())
        assert next(pieces).text == "old"
        swap = threading.Thread(target=generator.swap, args=(new, 60))
        swap.start()
        while generator.info.name != "new":
            time.sleep(0.01)
        assert next(generator.stream("prompt", Decoding())).text == "new"  # the next answer
        assert not old.closed and model.info.name == "old"
        old.go_on.set()
        assert next(pieces).text == " to the end"
    swap.join(60)
    assert log == ["start old", "start new", "close old"]
    generator.close()
    assert new.closed


def test_an_answer_that_never_ends_does_not_keep_the_old_model_for_ever():
    old = Model("old", [])
    generator = SwitchingGenerator(old, "new")
    with held(generator):
        generator.swap(None, 0.05)
        assert old.closed
    with pytest.raises(EngineError, match="new is not ready yet; the notes answer alone"), held(generator):
        pass
    assert generator.status.state == "starting" and generator.info.engine == "notes"


def test_a_model_that_comes_after_the_end_is_closed_at_once():
    generator = SwitchingGenerator(None, "late")
    generator.close()
    late = Model("late", [])
    generator.swap(late, 1)
    assert late.closed


def all_but(broken: Candidate, log: list[str]) -> Callable[[Candidate], Model]:
    """Starts every model but one, which cannot be loaded."""
    return lambda each: Model(each.info.name, log, fails="It cannot be loaded." if each is broken else "")


def candidate_of(name: str, memory: int) -> Candidate:
    return Candidate(ModelInfo(name, "openvino", 64), "", memory, True, "")


@pytest.mark.parametrize(
    "memory, order",
    [
        (8 * GIB, ["start small", "start big", "close small"]),
        (3 * GIB, ["start small", "close small", "start big"]),  # both do not fit
    ],
)
def test_the_first_model_ends_before_the_better_one_starts_when_both_do_not_fit(memory, order):
    log: list[str] = []
    small, big = candidate_of("small", GIB), candidate_of("big", 2 * GIB)
    generator = SwitchingGenerator(Model("small", log), "big")
    place = Replacement(generator, small, replace(HOST, memory=memory), lambda c: Model(c.info.name, log))
    with place.room(big):
        place.install(big)
    assert log == order
    assert generator.info.name == "big"


@pytest.mark.parametrize("memory", [8 * GIB, 3 * GIB])
def test_the_first_model_answers_again_when_the_better_one_does_not_start(memory):
    log: list[str] = []
    small, big = candidate_of("small", GIB), candidate_of("big", 2 * GIB)
    generator = SwitchingGenerator(Model("small", log), "big")
    place = Replacement(generator, small, replace(HOST, memory=memory), all_but(big, log))
    with pytest.raises(ModelError, match="cannot be loaded"), place.room(big):
        place.install(big)
    assert generator.info.name == "small" and not generator.current.closed
    assert log[-1] in ("close big", "start small")


# Getting it


class NoteStore:
    """Where the model goes in these tests."""

    def __init__(self, *faults: AssistantError) -> None:
        self.got: list[Candidate] = []
        self._faults = list(faults)

    def room(self, candidate: Candidate) -> AbstractContextManager[None]:
        return nullcontext()

    def install(self, candidate: Candidate) -> None:
        if self._faults:
            raise self._faults.pop(0)
        self.got.append(candidate)


@pytest.mark.slow
def test_a_hub_model_is_downloaded_converted_and_answers_in_place_of_the_first(hub, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.inference.manager.upgrade.KEEP_FREE", 10**18)
    settings = settings_of(tmp_path, model=MODEL, running=1)
    better = choose(settings, HOST, True).better
    log: list[str] = []
    generator = SwitchingGenerator(Model("first", log), MODEL)
    place = Replacement(
        generator, candidate_of("first", GIB), HOST, lambda c: EngineProcess(c, settings, GIB // 2)
    )  # fmt: skip
    upgrade = Upgrade(better, settings, place)
    try:
        states = set()
        while (status := upgrade.wait(0.02)).state not in ("done", "failed", "waiting"):
            states.add(status.state)
        assert status.state == "done", status
        assert states >= {"downloading", "converting", "starting"}
        assert log == ["start first", "close first"]
        assert (generator.info.name, generator.info.engine, generator.info.window) == (MODEL, "openvino", 96)
        pieces = list(generator.stream("the gradient", Decoding(max_new_tokens=8)))
        assert pieces[-1].finish and pieces[-1].tokens > 0
        assert not better.plan.checkpoint.exists()  # space is short; a restart finds the conversion and gets nothing
        assert choose(settings, HOST, False).candidate.source == str(better.plan.converted)
    finally:
        upgrade.close()
        generator.close()


@pytest.mark.slow
def test_a_host_with_no_model_answers_with_the_small_one_until_the_better_one_is_here(hub, tmp_path, monkeypatch):
    hub.files = {f"{embedded.HUB}/{embedded.FILE}": embedded.packaged_file()}
    hub.bytes_per_second = 4 * 10**6  # of the better one: the small one starts meanwhile
    monkeypatch.setattr(embedded, "packaged_file", lambda: None)
    settings = settings_of(tmp_path, model=MODEL, running=1)
    choice, generator = assembly.start_generator(settings, HOST)
    assert choice.candidate is None and generator.current is None
    assert generator.info.name == "SmolLM2-135M-Instruct"  # what is expected next
    upgrade = assembly.start_upgrade(settings, HOST, choice, generator)
    try:
        assert "Getting SmolLM2-135M-Instruct" in _line(upgrade, lambda line: "SmolLM2" in line)
        _line(upgrade, lambda line: MODEL in line)
        assert upgrade.got_first
        pieces = list(generator.stream("Say hello.", Decoding(max_new_tokens=8)))
        assert pieces[-1].tokens > 0 and generator.info.name == "SmolLM2-135M-Instruct"
        hub.bytes_per_second = None
        assert upgrade.wait(60).state == "done"
        assert generator.info.name == MODEL
        assert choose(settings, HOST, False).better is None
        assert choose(settings_of(tmp_path), HOST, False).candidate.info.name == "SmolLM2-135M-Instruct"  # it stays
    finally:
        upgrade.close()
        generator.close()


def _line(upgrade: Upgrade, wanted: Callable[[str], bool]) -> str:
    """What is told of the upgrade once it is what is wanted."""
    until = time.monotonic() + 60
    while not wanted(upgrade.status.line):
        assert time.monotonic() < until, upgrade.status
        time.sleep(0.02)
    return upgrade.status.line


def planned(name: str, checkpoint: Path) -> Candidate:
    return Candidate(ModelInfo(name, "torch", 64), "", GIB, False, "", Plan(checkpoint))


def test_a_small_model_that_cannot_be_had_holds_the_better_one_up_not_at_all(tmp_path, checkpoint):
    better, small = (planned(name, checkpoint) for name in ("better", "small"))
    store = NoteStore(ModelError("it did not start."))
    upgrade = Upgrade(better, settings_of(tmp_path), store, first=small)
    assert upgrade.wait(60) == UpgradeStatus("better", "done")
    assert [got.info.name for got in store.got] == ["better"] and not upgrade.got_first
    upgrade = Upgrade(better, settings_of(tmp_path), store := NoteStore(), first=small)
    assert upgrade.wait(60).state == "done" and upgrade.got_first
    assert [got.info.name for got in store.got] == ["small", "better"]


def test_a_small_model_that_is_here_is_not_got_again_when_the_better_one_is_tried_again(tmp_path, checkpoint):
    better, small = (planned(name, checkpoint) for name in ("better", "small"))
    store = NoteStore()
    install, tries = store.install, []

    def fail_once(candidate: Candidate) -> None:
        tries.append(candidate.info.name)
        if tries == ["small", "better"]:
            raise ModelError("it did not start.")
        install(candidate)

    store.install = fail_once
    upgrade = Upgrade(better, settings_of(tmp_path), store, pauses=(0.01,), first=small)
    assert upgrade.wait(60).state == "done"
    assert tries == ["small", "better", "better"]


@pytest.mark.parametrize("memory", [8 * GIB, 3 * GIB])
def test_the_small_model_that_came_first_answers_again_when_the_better_one_does_not_start(memory):
    log: list[str] = []
    small, big = candidate_of("small", GIB), candidate_of("big", 2 * GIB)
    generator = SwitchingGenerator(None, "small")
    place = Replacement(generator, None, replace(HOST, memory=memory), all_but(big, log))
    with place.room(small):
        place.install(small)
    with pytest.raises(ModelError, match="cannot be loaded"), place.room(big):
        place.install(big)
    assert generator.info.name == "small" and not generator.current.closed


@pytest.mark.slow
def test_torch_gets_the_checkpoint_as_it_is(hub, tmp_path):
    settings = settings_of(tmp_path, model=MODEL, engine="torch")
    store = NoteStore()
    upgrade = Upgrade(choose(settings, HOST, True).better, settings, store)
    assert upgrade.wait(30).state == "done"
    assert store.got[0].info.engine == "torch"
    assert store.got[0].source == str(download_folder(settings.home, MODEL))
    assert choose(settings, HOST, False).candidate.source == store.got[0].source


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_asked_again_until_it_can(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    settings = settings_of(tmp_path, model=MODEL, engine="torch")
    upgrade = Upgrade(choose(settings, HOST, True).better, settings, NoteStore(), pauses=(0.05,))
    until = time.monotonic() + 10
    while upgrade.status.state != "waiting":
        assert time.monotonic() < until
        time.sleep(0.01)
    assert upgrade.status.line == f"{MODEL} is not here yet: the model hub cannot be reached."
    time.sleep(0.05 * (MAX_FAILURES + 4))  # longer than a fault that lasts would be tried again
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    assert upgrade.wait(30).state == "done"


@pytest.mark.slow
def test_closing_ends_a_download_and_keeps_what_arrived(hub, tmp_path):
    hub.bytes_per_second = 20 * 10**6
    settings = settings_of(tmp_path, model=MODEL)
    upgrade = Upgrade(choose(settings, HOST, True).better, settings, NoteStore())
    until = time.monotonic() + 20
    while upgrade.status.done < 10**7:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert upgrade.status.line.startswith(f"Getting {MODEL}: 10.") and " MB" in upgrade.status.line
    upgrade.close()
    assert upgrade.status.state == "closed"
    assert list(download_folder(settings.home, MODEL).glob(".model.safetensors.*.part"))


def test_a_fault_that_lasts_is_given_up_and_named(tmp_path, checkpoint):
    faults = [ModelError("it did not start.")] * MAX_FAILURES
    candidate = planned("tiny", checkpoint)
    upgrade = Upgrade(candidate, settings_of(tmp_path), NoteStore(*faults), pauses=(0.01,))
    assert upgrade.wait(60) == UpgradeStatus("tiny", "failed", problem="it did not start.")
    again = Upgrade(candidate, settings_of(tmp_path), NoteStore(*faults[1:]), pauses=(0.01,))
    assert again.wait(60).state == "done"


def test_the_fault_of_a_conversion_reaches_the_reader(tmp_path):
    folder = make(tmp_path / "broken", train_tokenizer())
    (folder / "model.safetensors").write_bytes(b"short")
    candidate = choose(settings_of(tmp_path, model=str(folder)), HOST).better
    upgrade = Upgrade(candidate, settings_of(tmp_path), NoteStore(), pauses=(60,))
    while upgrade.status.state != "waiting":
        time.sleep(0.02)
    assert "must be a whole safetensors file; download it again" in upgrade.status.problem
    upgrade.close()


@pytest.mark.slow
def test_a_conversion_that_hangs_is_a_failed_try_like_any_other(tmp_path, checkpoint, monkeypatch):
    """While it lasts nobody watches the memory, so it must not last for ever."""
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(child, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(child, "HANG_SECONDS", 0.5)
    better = planned("tiny", checkpoint)
    better = replace(better, plan=replace(better.plan, converted=tmp_path / "converted"))
    upgrade = Upgrade(better, settings_of(tmp_path), NoteStore(), pauses=(0.01,))
    assert upgrade.wait(60).state == "failed"
    assert "tiny could not be got: its process brought nothing for" in upgrade.status.line


def test_the_line_for_the_reader():
    status = UpgradeStatus("gpt2-xl", "downloading", 1_200_000_000, 6_431_829_964, 11_000_000.0)
    assert status.line == "Getting gpt2-xl: 1.2 of 6.4 GB, about 8 minutes left"
    assert replace(status, done=6_400_000_000).line == "Getting gpt2-xl: 6.4 of 6.4 GB, about 1 minute left"
    assert replace(status, bytes_per_second=0.0).line == "Getting gpt2-xl: 1.2 of 6.4 GB"
    assert UpgradeStatus("gpt2-xl", "done").line == ""


# The start of the app


def test_the_app_starts_without_asking_the_hub(tmp_path, monkeypatch):
    started: list[Candidate] = []

    def start(candidate: Candidate, settings: Settings, cache_bytes: int) -> Model:
        started.append(candidate)
        return Model(candidate.info.name, [])

    monkeypatch.setattr(assembly, "EngineProcess", start)
    monkeypatch.setattr("assistant.inference.models.hub._probe", lambda seconds: pytest.fail("the start asked the hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    choice, generator = assembly.start_generator(settings_of(tmp_path), HOST)
    assert isinstance(generator, SwitchingGenerator) and choice.better.info.name == "gpt2-xl"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    choice, generator = assembly.start_generator(settings_of(tmp_path), HOST)
    assert isinstance(generator.current, Model) and choice.better is None
    assert [candidate.info.name for candidate in started] == ["SmolLM2-135M-Instruct"] * 2
