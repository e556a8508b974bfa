"""A tiny GPT-2 learns the small notes: loss falls, results are used like any checkpoint, interruptions cost nothing."""

import json
from dataclasses import replace

import pytest
import torch
from small_notes import small_model, small_notes
from tiny_gpt2 import load, reference
from transformers import AutoModelForCausalLM, AutoTokenizer

from assistant.core.errors import AssistantError, ModelError
from assistant.core.host import Host
from assistant.core.records import ModelInfo
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Request, stream_from
from assistant.inference.engines.openvino_engine import OpenVinoEngine
from assistant.inference.gpt2.convert import convert
from assistant.lab.finetuning import run as story
from assistant.lab.finetuning.base import open_base
from assistant.lab.finetuning.data import prepare
from assistant.lab.finetuning.model import learned_parameters, load_model, merged, with_adapter
from assistant.lab.finetuning.needs import memory_needed
from assistant.lab.finetuning.recipe import Recipe
from assistant.lab.finetuning.run import Job, finetune
from assistant.lab.finetuning.training import Training

NOTES = small_notes()
HOST = Host(2**34, 2**34, 2**40, 2, "", 0)
FULL = Recipe(epochs=4, learning_rate=3e-3, batch=4, rank=0, seed=0)
LORA = Recipe(epochs=4, learning_rate=1e-2, batch=4, rank=8, seed=0)


class Silent:
    """Watches without a word; asks to stop once so much of something has been done."""

    def __init__(self, stop_at: int | None = None, stop_in: str = "Training") -> None:
        self.stop_at = stop_at
        self.stop_in = stop_in
        self.seen: list[tuple[str, int, int]] = []

    def progress(self, what: str, done: int, total: int, loss: float | None = None) -> None:
        self.seen.append((what, done, total))

    def stopping(self) -> bool:
        what, done, _ = self.seen[-1]
        return self.stop_at is not None and what == self.stop_in and done >= self.stop_at


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture
def job(tmp_path, folder):
    return Job(open_base(folder), tmp_path / "out", LORA, accumulation=2, plot=False)


@pytest.fixture(scope="module", params=[FULL, LORA], ids=["full", "lora"])
def trained(request, tmp_path_factory, folder):
    """A whole training: its job, what came of it, and what was shown meanwhile."""
    watch = Silent()
    job = Job(open_base(folder), tmp_path_factory.mktemp("trained") / "out", request.param, accumulation=2)
    return job, finetune(job, NOTES, HOST, watch), watch


@pytest.mark.slow
def test_the_loss_on_the_notes_held_out_falls(trained):
    job, outcome, _ = trained
    before, *_, after = outcome.history.measures
    assert [measure.step for measure in outcome.history.measures] == [0, 5, 10, 15, 20]
    fall = 0.5 if job.recipe.full else 0.2  # random weights are poor ground for an adapter
    assert after.answers < before.answers - fall and after.text < before.text - fall
    assert outcome.history.losses[-1] < outcome.history.losses[0]
    assert len(outcome.history.losses) == outcome.steps == 20


def test_progress_tells_what_is_done_and_reaches_its_end(trained):
    _, _, watch = trained
    order = list(dict.fromkeys(what for what, _, _ in watch.seen))
    assert order == ["Reading notes", "Measuring", "Training", "Writing"]
    for what in order:
        counts = [(done, total) for name, done, total in watch.seen if name == what]
        assert counts[-1][0] == counts[-1][1] and all(done <= total for done, total in counts)


def test_the_result_is_a_checkpoint_like_any_other(trained, tmp_path, folder):
    """Same tensors, config and tokens; it answers in the CPU engine what transformers says."""
    job, _, _ = trained
    assert {name: value.shape for name, value in load(job.out).items()} == {
        name: value.shape for name, value in load(folder).items()
    }
    before, after = (AutoTokenizer.from_pretrained(place, local_files_only=True) for place in (folder, job.out))
    text = "What is dropout?\n\nDropout sets é 数"
    assert before(text)["input_ids"] == after(text)["input_ids"] and before.eos_token == after.eos_token
    assert (job.out / "loss.png").read_bytes()[:4] == b"\x89PNG"
    assert len(json.loads((job.out / "finetuning.json").read_text())["history"]["losses"]) == 20
    assert [path.name for path in job.out.parent.iterdir()] == ["out"]
    said, wanted = answers(convert(job.out, tmp_path / "converted", 32), job.out)
    assert said == wanted and any(said)


def answers(converted, checkpoint) -> tuple[list[str], list[str]]:
    """What the CPU engine writes to some prompts, and what transformers writes."""
    prompts = ["Dropout sets random", "Question: What is", "Pooling takes the largest"]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
    model = reference(checkpoint)
    engine = OpenVinoEngine(
        converted, ModelInfo("small", "openvino", 512), running=1, waiting=1, cache_bytes=2**27, threads=1
    )
    wanted, said = [], []
    try:
        for prompt in prompts:
            ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
            written = model.generate(ids, max_new_tokens=12, do_sample=False, pad_token_id=0)
            wanted.append(tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True))
            request = Request(prompt, Decoding("custom", max_new_tokens=12))
            said.append("".join(piece.text for piece in stream_from(engine, request)))
    finally:
        engine.close()
    return said, wanted


@pytest.mark.slow
@pytest.mark.parametrize("way", ["asked to stop", "killed"])
def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(tmp_path, trained, way, monkeypatch):
    """The losses of every step and the final weights are those of a training in one piece, dropout included."""
    in_one_piece, whole, _ = trained
    job = replace(in_one_piece, out=tmp_path / "out", plot=False)
    if way == "killed":
        with monkeypatch.context() as patch:
            patch.setattr(Training, "step", dies_at(11, Training.step))
            with pytest.raises(ZeroDivisionError):
                finetune(replace(job, checkpoint_seconds=0), NOTES, HOST, Silent())
    else:
        with pytest.raises(AssistantError, match="Interrupted after step 11 of 20"):
            finetune(job, NOTES, HOST, Silent(stop_at=11))
    assert not job.out.exists()
    watch = Silent()
    rest = finetune(job, NOTES, HOST, watch)
    assert next(done for what, done, _ in watch.seen if what == "Training") == 11
    assert rest.history == whole.history
    for name, tensor in load(in_one_piece.out).items():
        assert torch.equal(tensor, load(job.out)[name])


def test_a_measure_that_was_interrupted_is_made_up_for(job):
    """The one before the first step, and the one after the last."""
    job = replace(job, recipe=replace(LORA, epochs=1))
    whole = finetune(replace(job, out=job.out.with_name("whole")), NOTES, HOST, Silent())
    with pytest.raises(AssistantError, match="Interrupted after step 0 of 5"):
        finetune(job, NOTES, HOST, Silent(2, "Measuring"))
    late = Silent()
    late.stopping = lambda: ("Training", 4, 5) in late.seen and late.seen[-1][0] == "Measuring"
    with pytest.raises(AssistantError, match="Interrupted after step 5 of 5"):
        finetune(job, NOTES, HOST, late)
    assert finetune(job, NOTES, HOST, Silent()).history == whole.history


def dies_at(last, step):
    """A training step that fails, as nothing of ours would, when this many have been done."""

    def dying(self, number, *rest):
        return step(self, number, *rest) if number < last else 1 / 0

    return dying


def test_the_same_seed_gives_the_same_training_and_another_one_another(job):
    runs = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        run = replace(job, out=job.out.with_name(name), recipe=replace(LORA, epochs=1, seed=seed))
        runs.append(finetune(run, NOTES, HOST, Silent()).history)
    assert runs[0] == runs[1] != runs[2]


def test_an_interrupted_training_of_another_kind_is_kept_unless_told(job):
    with pytest.raises(AssistantError, match="Interrupted"):
        finetune(job, NOTES, HOST, Silent(stop_at=2))
    other = replace(job, recipe=replace(LORA, epochs=1))
    with pytest.raises(ModelError, match="--restart"):
        finetune(other, NOTES, HOST, Silent())
    assert finetune(replace(other, restart=True), NOTES, HOST, Silent()).history.step == 5


def test_a_damaged_checkpoint_is_told_as_one(job):
    with pytest.raises(AssistantError, match="Interrupted"):
        finetune(job, NOTES, HOST, Silent(stop_at=2))
    file = job.out.with_name(".out.training") / "checkpoint.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"cannot be read.*--restart"):
        finetune(job, NOTES, HOST, Silent())


def test_how_a_batch_is_cut_does_not_change_what_is_learned(folder):
    """The mean is over the learned tokens of the batch, however many of them each part has."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    rows = prepare(NOTES, tokenizer, ModelInfo("small", "torch", 512), None, 0).training
    gradients = []
    for at_once in (1, 3, 8):
        training = Training(without_dropout(load_model(open_base(folder), FULL, "cpu", False)), FULL, "cpu", at_once)
        training.step(0, 20, rows, lambda: False)
        gradients.append(training.model.transformer.wte.weight.detach().clone())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=2e-5)
    torch.testing.assert_close(gradients[0], gradients[2], rtol=0, atol=2e-5)


def without_dropout(model):
    """The model with its dropout taken out."""
    for part in model.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    return model


def test_the_prompt_does_not_teach(folder):
    """A change of prompt tokens that the answer cannot see changes no gradient: their own loss is not counted."""
    base = open_base(folder)
    model = load_model(base, FULL, "cpu", False)
    training = Training(model, FULL, "cpu", 1)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    rows = prepare(NOTES, tokenizer, ModelInfo("small", "torch", 512), None, 0).training
    row = next(row for row in rows if row.kind == "answers")
    with torch.no_grad():
        logits = model.eval()(torch.tensor([row.ids])).logits[0].log_softmax(-1)
    wanted = [-logits[at - 1, row.ids[at]].item() for at in range(row.masked, len(row.ids))]
    assert training.measure([row]) == pytest.approx(sum(wanted) / len(wanted), rel=1e-5)


def test_the_merged_model_says_what_base_and_adapter_said(folder):
    base = open_base(folder)
    model = load_model(base, LORA, "cpu", False)
    learned = learned_parameters(model)
    assert learned and all("lora_" in name for name in learned)
    for parameter in learned.values():
        torch.nn.init.normal_(parameter, std=0.05)
    ids = torch.arange(40)[None]
    with torch.no_grad():
        both, alone = model.eval()(ids).logits, reference(folder)(ids).logits
        one = merged(model)(ids).logits
    torch.testing.assert_close(one, both, rtol=0, atol=1e-4)
    assert (one - alone).abs().max() > 0.1


def test_every_linear_layer_gets_an_adapter_and_the_output_none(folder):
    names = set(learned_parameters(with_adapter(reference(folder), LORA)))
    assert len(names) == 2 * 4 * 2  # two layers, four linear maps in each, two matrices beside each
    assert not any("lm_head" in name or "wte" in name for name in names)


def test_recomputed_activations_give_the_same_step(folder):
    """What a GPU does to save memory."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    rows = prepare(NOTES, tokenizer, ModelInfo("small", "torch", 512), None, 0).training
    losses = []
    for recompute in (False, True):
        training = Training(load_model(open_base(folder), LORA, "cpu", recompute), LORA, "cpu", 2)
        losses.append([training.step(step, 3, rows, lambda: False) for step in range(3)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_too_little_memory_is_told_with_what_is_needed_before_anything_is_loaded(job, monkeypatch):
    monkeypatch.setattr(story, "load_model", None)
    with pytest.raises(ModelError, match=r"needs about \d\.\d GB of memory, this host has 0\.5 GB free"):
        finetune(job, NOTES, replace(HOST, memory_free=2**29), Silent())
    with pytest.raises(ModelError, match=r"some GPU has 0\.5 GB"):
        finetune(job, NOTES, replace(HOST, gpu="some GPU", gpu_memory=2**29), Silent())


def test_too_little_disk_is_told_before_anything_is_loaded(job, monkeypatch):
    monkeypatch.setattr(story, "load_model", None)
    with pytest.raises(ModelError, match=r"needs 0\.\d GB of disk .* 0\.0 GB are free"):
        finetune(job, NOTES, replace(HOST, disk_free=1000), Silent())


def test_short_memory_costs_time_before_it_is_an_error(job):
    """Activations are recomputed when they would not fit."""
    from assistant.lab.finetuning.needs import check_room

    room = [memory_needed(job.base, LORA, 4, 500, recompute) for recompute in (True, False)]
    assert room[0] < room[1]
    assert check_room(job.base, LORA, 4, 500, replace(HOST, memory_free=room[1]), False) is False
    assert check_room(job.base, LORA, 4, 500, replace(HOST, memory_free=room[0]), False) is True


def test_nothing_of_the_users_is_overwritten(job):
    job.out.mkdir()
    (job.out / "mine").touch()
    with pytest.raises(ModelError, match="must be new or empty"):
        finetune(job, NOTES, HOST, Silent())


def test_a_disk_that_fills_up_leaves_the_checkpoint_before(job, monkeypatch):
    from assistant.lab.finetuning import checkpoint

    save = checkpoint.save_file
    calls = []

    def full(tensors, path, metadata):
        calls.append(path)
        if len(calls) > 3:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        save(tensors, path, metadata)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save_file", full)
        with pytest.raises(ModelError, match="No space left"):
            finetune(replace(job, checkpoint_seconds=0), NOTES, HOST, Silent())
    assert [path.name for path in job.out.with_name(".out.training").iterdir()] == ["checkpoint.safetensors"]
    watch = Silent()
    finetune(job, NOTES, HOST, watch)
    assert next(done for what, done, _ in watch.seen if what == "Training") == 3


def test_a_chat_model_is_trained_in_its_own_layout_and_keeps_its_template(tmp_path):
    folder = small_model(tmp_path / "chat", chat=True)
    job = Job(open_base(folder), tmp_path / "out", replace(LORA, epochs=1), accumulation=4, plot=False)
    finetune(job, NOTES, HOST, Silent())
    before, after = (AutoTokenizer.from_pretrained(place, local_files_only=True) for place in (folder, job.out))
    assert before.chat_template == after.chat_template != ""
    assert AutoModelForCausalLM.from_pretrained(job.out, local_files_only=True).config.n_positions == 512
