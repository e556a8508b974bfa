"""The command line: one line and status 1 for every failure, JSON of a fixed form for every result."""

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from assistant.__main__ import cli, main
from assistant.cli.group import COMMANDS
from assistant.cli.questions import answer_each
from assistant.core.errors import AssistantError
from assistant.core.settings import REPOSITORY

HIT = {"rank": int, "score": float, "note": str, "title": str, "heading": str, "line": int, "text": str}
RETRIEVAL = {"question": str, "covered": bool, "confidence": float, "hits": list}
ANSWER = {
    **{
        "question": str,
        "answer": str,
        "abstained": bool,
        "kind": str,
        "searched_for": str,
        "corrected": list,
        "unknown_terms": list,
        "remark": str,
        "lead": list,
        "sentences": list,
        "sources": list,
        "nearest": list,
    },
    **{"model": str, "engine": str, "preset": str, "prompt_tokens": int, "answer_tokens": int},
    **{"seconds_to_retrieve": float, "seconds_to_first_token": object, "tokens_per_second": object},
    **{"finish": str, "problem": str},
}


def fits(record: dict, form: dict) -> bool:
    """Whether a record has these keys and no others, with values of these types."""
    return set(record) == set(form) and all(isinstance(record[key], kind) for key, kind in form.items())


def assistant(*arguments, given: bytes | None = None, **environment: str):
    """Run the real program; status, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        cwd=REPOSITORY,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process, which has imported torch already; status, standard output and standard error."""

    def call(*arguments, **environment: str):
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, arguments)])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        status = main()
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    "arguments, environment, says",
    [
        (["nonsense"], {}, "No such command"),
        (["ask", "--temperature", "hot", "q"], {}, "hot"),
        (["search", "--k", "0", "q"], {}, "0"),
        (["search", "q"], {"ASSISTANT_SNIPPETS": "99"}, "ASSISTANT_SNIPPETS"),
        (["ask", "--preset", "seed", "--temperature", "1", "q"], {}, "num_beams"),
        (["ask", "q"], {"ASSISTANT_PRESET": "unknown"}, "preset must be one of"),
        (["serve", "--model", "/no/such/model"], {}, "does not exist"),
        (["serve", "--model", "none"], {}, "No model can be served"),
        (["convert", "/no/such/folder", "--out", "/tmp/never"], {}, "/no/such/folder"),
    ],
)
def test_every_failure_is_one_line_on_standard_error_and_status_1(arguments, environment, says, run):
    status, out, err = run(*arguments, **environment)
    assert (status, out) == (1, "")
    assert err.startswith("error: ") and err.count("\n") == 1 and says in err


@pytest.mark.parametrize("name, value", [("ASSISTANT_SNIPPETS", "99"), ("ASSISTANT_LOG", "loud")])
def test_the_program_itself_ends_with_status_1_and_one_line(name, value):
    status, out, err = assistant("search", "q", **{name: value})
    assert (status, out) == (1, "")
    assert err.startswith(f"error: {name}") and err.count("\n") == 1


def test_help_names_every_command_and_its_options():
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert "\n  python -m assistant ask < questions.txt > answers.jsonl\n" in shown
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    for path, command in _commands(cli):
        page = CliRunner().invoke(cli, [*path, "--help"]).output
        options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
        assert [option.name for option in options if option.opts[0] not in page or not option.help] == [], path


def _commands(group, path=()):
    """Each command with the words that call it, those of groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def test_without_a_command_the_help_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["assistant"])
    assert main() == 0 and "Usage" in capsys.readouterr().out


def test_each_question_gives_one_json_line_and_a_failed_one_its_error(capsys):
    def answer(question):
        if question == "bad":
            raise AssistantError("too long")
        return {"question": question}

    assert answer_each(iter(["one", "bad", "zwei ü"]), answer) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"question": "one"}, {"question": "bad", "error": "too long"}, {"question": "zwei ü"}]


@pytest.mark.slow
def test_a_missing_knowledge_folder_and_an_unknown_embedder_are_one_line(tmp_path, run):
    for arguments, environment in (
        (["search", "q", "--knowledge", tmp_path / "none"], {}),
        (["index", "--knowledge", tmp_path], {"ASSISTANT_EMBEDDER": str(tmp_path)}),
    ):
        status, out, err = run(*arguments, **environment)
        assert (status, out) == (1, "") and err.startswith("error: ") and err.count("\n") == 1


@pytest.mark.slow
def test_search_prints_json_of_the_fixed_form(knowledge, run):
    status, out, err = run("search", "--json", "--k", 2, "--knowledge", knowledge, "What is dropout?")
    record = json.loads(out)
    assert (status, err) == (0, "")
    assert fits(record, RETRIEVAL) and record["covered"] and len(record["hits"]) == 2
    assert all(fits(hit, HIT) for hit in record["hits"])
    best = record["hits"][0]
    assert (best["note"], best["heading"], best["rank"]) == ("dropout.md", "What is dropout?", 1)
    assert (knowledge / best["note"]).read_text().splitlines()[best["line"] - 1] == "## What is dropout?"


@pytest.mark.slow
def test_ask_without_a_model_answers_from_the_notes_and_abstains_beyond_them(knowledge):
    questions = b"What is dropout?\n\n" + b"x" * 6001 + b"\nWho won the 1998 football world cup?\nbad \xff byte\n"
    status, out, err = assistant("ask", "--knowledge", knowledge, given=questions, ASSISTANT_MODEL="none")
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 1 and "Traceback" not in err and len(records) == 4
    covered, refused, foreign, odd = records
    assert fits(covered, ANSWER) and fits(foreign, ANSWER) and fits(odd, ANSWER)
    assert "Dropout sets random units to zero during training." in covered["answer"]
    assert (covered["engine"], covered["finish"], covered["abstained"]) == ("notes", "notes", False)
    assert fits(covered["sources"][0], HIT) and fits(covered["lead"][0], {"text": str, "source": int})
    assert "6,000" in refused["error"]
    assert foreign["abstained"] and foreign["sources"] == [] and fits(foreign["nearest"][0], HIT)


@pytest.mark.slow
def test_index_reports_what_it_embedded_and_which_files_it_skipped(knowledge, run):
    (knowledge / "bad.md").write_bytes(b"\0")
    status, out, err = run("index", "--knowledge", knowledge)
    assert status == 0 and "2 notes, 3 passages: 3 new, 0 taken over." in out
    assert "skipped bad.md" in err
    assert "0 new, 3 taken over." in run("index", "--knowledge", knowledge)[1]


@pytest.mark.slow
def test_ask_in_words_shows_lead_sources_and_where_they_stand(knowledge, run):
    status, out, err = run("ask", "--knowledge", knowledge, "--model", "none", "What is dropout?")
    assert status == 0 and "ASSISTANT_MODEL is none" in err
    assert "during training. Dropout prevents units from relying on one another. [1]" in out
    assert "[1] Dropout › What is dropout?  (dropout.md:12, score" in out


@pytest.mark.slow
def test_ask_names_the_figure_of_what_it_quotes(knowledge, run):
    note = knowledge / "dropout.md"
    figure = '\n\n![Two layers, some units crossed out](figures/units.svg "Dropout in training.")\n\n'
    note.write_text(note.read_text().replace("\n\n## Dropout at", f"{figure}## Dropout at"))
    status, out, _ = run("ask", "--knowledge", knowledge, "--model", "none", "What is dropout?")
    line = f"Figure: Dropout in training. ({knowledge}/figures/units.svg)"
    assert status == 0 and out.index("one another. [1]") < out.index(line) < out.index("Sources:")
    hits = json.loads(run("search", "--json", "--knowledge", knowledge, "What is dropout?")[1])["hits"]
    assert [figure["path"] for figure in hits[0]["figures"]] == ["figures/units.svg"]
    assert "figures" not in hits[-1] and "crossed out" not in hits[0]["text"]


@pytest.mark.slow
def test_evaluate_answers_gives_one_row_for_each_model_and_preset(knowledge, tmp_path, run):
    gold = tmp_path / "gold.jsonl"
    facts = [{"say": "zero", "any": ["units to zero"]}]
    rows = [
        {"id": "1", "question": "What is dropout?", "covered": True, "facts": facts, "answers": []},
        {"id": "2", "question": "Who won the 1998 football world cup?", "covered": False, "facts": [], "answers": []},
    ]
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["evaluate", "--answers", "--model", "none", "--knowledge", knowledge, "--gold", gold]
    status, out, _ = run(*arguments, "--json")
    (row,) = json.loads(out)["answers"]
    assert status == 0 and (row["model"], row["covered"], row["off_topic"]) == ("none", 1, 1)
    assert row["lead_holds"] == row["answer_holds"] == 1.0 and row["off_topic_written"] == 0
    status, out, _ = run(*arguments, "--preset", "focused", "--preset", "balanced")
    assert status == 0 and out.count("100.0%") == 4 and "balanced" in out


def test_models_lists_every_model_and_the_chosen_one_as_json(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("ASSISTANT_MODEL", "none")
    done = CliRunner().invoke(cli, ["models", "--json"])
    record = json.loads(done.stdout)
    assert done.exit_code == 0 and record["chosen"] == "none" and record["host"]["memory"] > 0
    assert {"gpt2-xl", "SmolLM2-135M-Instruct"} <= {model["name"] for model in record["models"]}


def test_the_list_of_commands_is_whole_and_imports_none_of_them():
    """Some commands take seconds to import; whoever asks for help waits for none of them."""
    program = (
        "import sys; from assistant.__main__ import cli; cli(['--help'], standalone_mode=False); "
        "sys.exit(str([name for name in ('torch', 'openvino', 'faiss', 'pydantic') if name in sys.modules]))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
    assert result.stderr.strip() == "[]"
    helpers = {
        "evaluate_retrieval",
        "training_bars",
        "json_views",
        "text_views",
        "options",
        "progress",
        "questions",
        "group",
        "waiting",
        "evaluate_answers",
        "evaluate_support",
        "evaluate_understanding",
        "notes_check",
        "notes_due",
    }
    files = {file.stem for file in (REPOSITORY / "assistant" / "cli").glob("[!_]*.py")} - helpers
    assert {entry.module for entry in COMMANDS.values()} == files
    for name in COMMANDS:
        assert f"\n  {name} " in result.stdout
        assert cli.get_command(click.Context(cli), name).name == name


def test_a_command_that_does_not_exist_is_named():
    status, out, error = assistant("answer")
    assert (status, out) == (1, "") and error.startswith("error: ") and "answer" in error
