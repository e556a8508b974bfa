"""``python -m assistant finetune``: a summary or one line of error; killed at any moment, it goes on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_notes import small_model, small_notes, write_small_notes

from assistant.__main__ import main
from assistant.core.host import Host, look_at_host
from assistant.core.settings import REPOSITORY, read_settings
from assistant.inference.gpt2.convert import convert
from assistant.inference.models.choice import choose
from assistant.lab.finetuning.base import open_base
from assistant.lab.finetuning.recipe import Recipe
from assistant.lab.finetuning.run import Job, finetune

SUMMARY = {
    **{"model": str, "out": str, "method": str, "rank": int, "epochs": int, "learning_rate": float, "seed": int},
    **{"notes": int, "notes_held_out": int, "examples": int, "left_out": int, "steps": int, "losses": list},
    **{"held_out_perplexity": dict, "seconds": float, "tokens_per_s": float},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture
def run(monkeypatch, capsys, tmp_path, folder):
    """Run the command in this process; status, standard output and standard error."""
    notes = write_small_notes(tmp_path / "notes")

    def call(*arguments, model=folder, out=tmp_path / "out", knowledge=notes):
        given = ["finetune", "--model", model, "--out", out, "--knowledge", knowledge, *arguments]
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, given)])
        status = main()
        return status, *capsys.readouterr()

    return call


def test_the_summary_tells_what_was_trained_and_what_it_did(run, tmp_path):
    """And the result is what ASSISTANT_MODEL takes."""
    status, out, err = run("--json", "--epochs", 2, "--learning-rate", 0.01, "--limit", 12, "--batch-size", 4)
    record = json.loads(out)
    assert (status, "Traceback" in err) == (0, False)
    assert set(record) == set(SUMMARY) and all(isinstance(record[key], kind) for key, kind in SUMMARY.items())
    assert (record["method"], record["examples"], record["steps"], len(record["losses"])) == ("lora", 12, 6, 6)
    before, after = record["held_out_perplexity"]["before"], record["held_out_perplexity"]["after"]
    assert after["answers"] < before["answers"] and after["text"] < before["text"]
    assert (tmp_path / "out" / "loss.png").is_file()
    settings = read_settings(model=str(tmp_path / "out"), home=tmp_path / "home")
    better = choose(settings, look_at_host(tmp_path), hub=False).better
    assert better and better.plan and better.plan.checkpoint == tmp_path / "out"


INTERRUPTS_ITSELF = """
import os, signal, sys
from assistant.__main__ import main
from assistant.lab.finetuning.training import Training

step = Training.step

def interrupted(self, number, *rest):
    if number == 2:
        os.kill(os.getpid(), signal.SIGINT)
    return step(self, number, *rest)

Training.step = interrupted
sys.exit(main())
"""


@pytest.mark.slow
def test_ctrl_c_saves_and_the_same_command_goes_on(run, tmp_path, folder):
    """In a process of its own: a signal to pytest's would reach whatever else the tests have left in it."""
    options = ["--full", "--epochs", "1", "--batch-size", "4", "--no-plot"]
    places = ["--model", str(folder), "--out", str(tmp_path / "out"), "--knowledge", str(tmp_path / "notes")]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTS_ITSELF, "finetune", *places, *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (1, "") and "error: Interrupted after step 2 of 5." in done.stderr
    assert not (tmp_path / "out").exists()
    status, out, _ = run(*options)
    assert status == 0 and "20 examples of 5 notes, 5 steps" in out and f"ASSISTANT_MODEL={tmp_path / 'out'}" in out
    assert not (tmp_path / "out" / "loss.png").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", "out"]


def damaged(folder: Path, change) -> Path:
    """A copy of a checkpoint with something wrong."""
    change(small_model(folder))
    return folder


FAULTS = {
    "no folder": (lambda f: f / "none", "must be a checkpoint folder"),
    "an empty folder": (lambda f: (f / "m").mkdir() or f / "m", "config.json"),
    "no weights": (lambda f: damaged(f / "m", lambda m: (m / "model.safetensors").unlink()), "found neither"),
    "cut short": (
        lambda f: damaged(f / "m", lambda m: os.truncate(m / "model.safetensors", 9000)),
        "whole safetensors",
    ),
    "no tokenizer": (lambda f: damaged(f / "m", lambda m: (m / "tokenizer.json").unlink()), "tokenizer"),
    "a converted model": (lambda f: convert(small_model(f / "m"), f / "c", 8), "converted model, which cannot be"),
    "another kind": (
        lambda f: damaged(f / "m", lambda m: (m / "config.json").write_text('{"model_type": "bert"}')),
        "must hold a causal language model",
    ),
    "a hub id without a hub": (lambda f: "someone/model", "HF_HUB_OFFLINE"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_model_is_told_in_one_line(run, tmp_path, fault, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    make, says = FAULTS[fault]
    status, out, err = run(model=make(tmp_path))
    assert (status, out) == (1, "") and err.startswith("error: ") and err.count("\n") == 1 and says in err


@pytest.mark.parametrize(
    "arguments, says",
    [(["--rank", "0"], "--rank"), (["--learning-rate", "0"], "--learning-rate"), (["--limit", "-1"], "--limit")],
)
def test_options_that_make_no_sense_are_told_in_one_line(run, arguments, says):
    status, out, err = run(*arguments)
    assert (status, out) == (1, "") and err.startswith("error: ") and err.count("\n") == 1 and says in err


@pytest.mark.parametrize("package", ["peft", "matplotlib"])
def test_a_missing_package_is_told_with_the_command_that_installs_it(run, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    status, out, err = run()
    assert (status, out) == (1, "") and package in err and "pip install -r requirements-train.txt" in err


def test_a_place_that_is_taken_and_too_few_notes_are_told(run, tmp_path):
    status, _, err = run(out=REPOSITORY / "tests")
    assert status == 1 and "must be new or empty" in err
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "note.md").write_text("# A note\n\nIt says something.")
    status, _, err = run("--no-plot", knowledge=tmp_path / "one")
    assert status == 1 and "at least two notes" in err


TRAINS = """
import sys
sys.path[:0] = {paths!r}
from test_finetune_command import Told, train
train({folder!r}, {out!r}, Told())
"""


class Told:
    """Says each step on standard output."""

    def progress(self, what, done, total, loss=None):
        print(what, done, flush=True)

    def stopping(self):
        return False


def train(folder, out, watch):
    """A training that saves after every step."""
    recipe = Recipe(epochs=3, learning_rate=1e-2, batch=4, rank=4, seed=0)
    job = Job(open_base(Path(folder)), Path(out), recipe, 4, plot=False, checkpoint_seconds=0)
    return finetune(job, small_notes(), Host(2**34, 2**34, 2**40, 2, "", 0), watch)


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_where_it_was(tmp_path, folder):
    """With SIGKILL, while a step or a checkpoint is under way."""
    whole = train(folder, tmp_path / "whole", Told())
    script = TRAINS.format(
        paths=[str(REPOSITORY), *(str(REPOSITORY / "tests" / name) for name in ("support", "cli"))],
        folder=str(folder),
        out=str(tmp_path / "out"),
    )
    starts = [killed(script, at) for at in ("Training 4", "Training 9")]
    rest = train(folder, tmp_path / "out", Told())
    assert starts[0] == 0 and 4 <= starts[1] <= 9  # it may get a little further before the signal arrives
    assert rest.history == whole.history
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("out", "whole")]
    assert weights[0] == weights[1]


def killed(script: str, at: str) -> int:
    """Run a training and kill it once it says this; the step that it began with."""
    steps = []
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("Training"):
                steps.append(int(line.split()[1]))
            if line.strip() == at:
                process.kill()
    assert process.returncode == -signal.SIGKILL
    return steps[0]
