"""The whole of it with real models: packaged MiniLM, embedded SmolLM2 in its own process, two notes."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from fakes import ADAM, write_notes
from gguf import GGUFReader
from gguf.quants import dequantize

from assistant.app.assembly import assemble
from assistant.chat.events import Finished, Found, Prompted, Wrote
from assistant.core.openvino_core import core
from assistant.core.settings import REPOSITORY, read_settings
from assistant.inference.decoding import decoding_for

pytestmark = pytest.mark.slow

DROPOUT_NOTE = REPOSITORY / "knowledge/regularization/dropout.md"
QUESTION = "What is dropout and what happens at test time?"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = write_notes(tmp_path_factory.mktemp("real") / "knowledge", adam=ADAM)
    shutil.copy(DROPOUT_NOTE, folder)
    home = tmp_path_factory.mktemp("real-home")
    settings = read_settings(knowledge=folder, home=home, model="embedded", threads=2)
    assembled = assemble(settings)
    assert assembled.generator.wait(120).state == "ready", assembled.generator.status
    yield assembled
    assembled.close()


def ask(parts, question, **changes):
    events = list(parts.assistant.ask(question, parts.store.catalog(), decoding_for("focused", **changes)))
    return events, events[-1].answer


def test_the_dropout_question_is_answered_from_the_dropout_note(parts):
    events, answer = ask(parts, QUESTION, max_new_tokens=40)
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Found, Prompted] and kinds[-1] is Finished and Wrote in kinds
    assert not answer.abstained and answer.problem == "" and answer.finish in ("stop", "length", "repeated")
    assert answer.sources[0].passage.note == "dropout.md" and answer.sources[0].score > 0.4
    assert any("dropout" in sentence.text.lower() for sentence in answer.lead)
    assert 0 < answer.answer_tokens <= 40 and len(answer.text) > 20
    assert answer.prompt.tokens + answer.prompt.reserved <= answer.prompt.window
    assert "<|im_start|>assistant" in answer.prompt.text and "<|" not in answer.text
    assert answer.seconds_to_first_token > 0


@pytest.mark.parametrize("changes", [{}, {"temperature": 0.8, "top_p": 0.9, "seed": 7}], ids=["greedy", "sampled"])
def test_the_same_question_and_seed_are_generated_once_and_give_the_same_answer_twice(parts, changes):
    """That the engine itself repeats a seed is checked with the engines."""
    before = parts.generator.counters()["started"]
    first, second = (ask(parts, QUESTION, max_new_tokens=12, **changes)[1] for _ in range(2))
    assert parts.generator.counters()["started"] == before + 1
    assert first.text == second.text != ""
    assert (first.lead, first.sentences, first.sources) == (second.lead, second.sentences, second.sources)


def test_another_seed_gives_another_text(parts):
    sampled = {"max_new_tokens": 12, "temperature": 0.8, "top_p": 0.9}
    seven, eight = (ask(parts, QUESTION, seed=seed, **sampled)[1].text for seed in (7, 8))
    assert "" != seven != eight != ""


def test_a_question_beyond_the_notes_is_declined_without_the_model(parts):
    before = parts.generator.counters()["started"]
    _, answer = ask(parts, "Who won the football world cup in 1998?")
    assert answer.abstained and answer.sources == ()
    assert parts.generator.counters()["started"] == before


def test_closing_the_answer_ends_the_work_in_the_engine_process(parts):
    before = parts.generator.counters()
    events = parts.assistant.ask(QUESTION, parts.store.catalog(), decoding_for("focused", max_new_tokens=400))
    while not isinstance(next(events), Wrote):
        pass
    events.close()
    from engine_checks import until

    assert until(lambda: parts.generator.counters()["running"] == 0)
    after = parts.generator.counters()
    assert after["cancelled"] - before["cancelled"] == 1 and after["tokens"] - before["tokens"] < 100


def test_the_embedded_model_has_the_weights_of_its_file(parts):
    """OpenVINO's own reader of GGUF files rounds the offsets of Q4_1, which costs the model its wits."""
    source = Path(parts.choice.candidate.source)
    (folder,) = (parts.settings.home / "models").glob("*-int8")
    graph = core().read_model(str(folder / "openvino_model.xml"))
    numbers = {}
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "Constant" and node.get_data().dtype == np.int8 and node.get_data().ndim == 2:
            (scaled,) = node.output(0).get_target_inputs().pop().get_node().output(0).get_target_inputs()
            scales = scaled.get_node().input_value(1).get_node().get_data()
            numbers.setdefault(node.get_data().shape, []).append(node.get_data() * scales.astype(np.float32))
    weights = next(one for one in GGUFReader(str(source)).tensors if one.name == "blk.7.ffn_down.weight")
    exact = dequantize(weights.data, weights.tensor_type)
    errors = [np.abs(one - exact).max(axis=1) for one in numbers[exact.shape]]
    assert min(float((error / np.abs(exact).max(axis=1)).max()) for error in errors) < 0.005
    assert sum(map(len, numbers.values())) == 210  # every linear layer
