"""The model is chosen by what this host can hold, and a name that cannot be used is a clear error."""

import json

import pytest

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.core.settings import read_settings
from assistant.inference.models import embedded as embedded_model
from assistant.inference.models.catalog import list_candidates
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import COMPLETE, download_folder
from assistant.inference.models.shapes import APP_BYTES, GIB, SHAPES, converted_folder, shape_of


def host(gigabytes: float = 16.0) -> Host:
    memory = int(gigabytes * GIB)
    return Host(memory, memory, 100 * GIB, 4, "", 0)


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """The GGUF file of an installed package."""
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setattr("assistant.inference.models.embedded.packaged_file", lambda: file)
    return file


@pytest.fixture
def no_embedded(monkeypatch):
    monkeypatch.setattr("assistant.inference.models.embedded.packaged_file", lambda: None)


def convert(settings, *names):
    for shape in SHAPES:
        if shape.name in names:
            folder = converted_folder(settings, shape)
            folder.mkdir(parents=True)
            (folder / "openvino_model.xml").write_text("<net/>")


XL, LARGE, MEDIUM, SMALL = SHAPES


@pytest.mark.parametrize(
    "converted, memory, chosen",
    [
        (("gpt2-xl", "gpt2"), 16, "gpt2-xl"),
        (("gpt2-xl", "gpt2"), (XL.memory + APP_BYTES) / GIB, "gpt2-xl"),
        (("gpt2-xl", "gpt2"), (XL.memory + APP_BYTES - 1) / GIB, "gpt2"),
        (("gpt2-large", "gpt2-medium"), 2.0, "gpt2-large"),
        (("gpt2-large", "gpt2-medium"), 1.5, "gpt2-medium"),
        ((), 16, "SmolLM2-135M-Instruct"),
        (("gpt2-xl",), 1.2, "SmolLM2-135M-Instruct"),
    ],
)
def test_auto_takes_the_largest_model_that_is_there_and_fits(embedded, converted, memory, chosen):
    settings = read_settings()
    convert(settings, *converted)
    choice = choose(settings, host(memory), hub=False)
    assert choice.candidate.info.name == chosen and choice.candidate.usable and choice.reason


def test_auto_says_why_it_did_not_take_the_best(embedded):
    settings = read_settings()
    convert(settings, "gpt2-xl")
    choice = choose(settings, host(2), hub=False)
    assert choice.better is None
    assert "gpt2-xl: needs 2.3 GB" in choice.reason and "this host allows 2.0 GB" in choice.reason


def test_auto_names_a_better_model_to_get_when_the_hub_may_be_there(embedded):
    choice = choose(read_settings(), host(16), hub=True)
    assert choice.candidate.info.name == "SmolLM2-135M-Instruct"
    assert choice.better.info.name == "gpt2-xl" and not choice.better.usable and choice.better.plan.hub == XL.hub


def test_auto_without_any_model_chooses_none_and_says_how_to_get_one(no_embedded):
    choice = choose(read_settings(), host(), hub=False)
    assert choice.candidate is None and choice.better is None and "pip install" in choice.reason


@pytest.mark.parametrize("name", ["auto", "gpt2-xl"])
def test_without_any_model_the_small_one_is_got_before_the_large_one(no_embedded, name):
    choice = choose(read_settings(model=name), host(), hub=True)
    assert choice.candidate is None
    assert (choice.meanwhile.info.name, choice.better.info.name) == ("SmolLM2-135M-Instruct", "gpt2-xl")
    assert "0.1 GB to be downloaded" in choice.meanwhile.reason
    assert choice.meanwhile.plan.converted is None


def test_the_small_model_is_all_that_is_got_where_no_other_fits(no_embedded):
    choice = choose(read_settings(), host(0.95), hub=True)
    assert (choice.better.info.name, choice.meanwhile) == ("SmolLM2-135M-Instruct", None)


def test_the_small_model_is_used_at_once_when_it_has_been_downloaded(no_embedded):
    settings = read_settings()
    folder = download_folder(settings.home, embedded_model.HUB)
    folder.mkdir(parents=True)
    (folder / embedded_model.FILE).write_bytes(b"GGUF")
    assert choose(settings, host(), hub=False).candidate is None  # it may be half a file
    (folder / COMPLETE).touch()
    choice = choose(settings, host(), hub=True)
    assert (choice.candidate.source, choice.meanwhile) == (str(folder / embedded_model.FILE), None)


def test_auto_on_a_host_too_small_for_everything_chooses_none(embedded):
    assert choose(read_settings(), host(0.5), hub=False).candidate is None


def test_none_means_none(embedded):
    assert choose(read_settings(model="none"), host()).candidate is None


@pytest.mark.parametrize("name", ["embedded", "SmolLM2-135M-Instruct"])
def test_the_embedded_model_goes_by_two_names(embedded, name):
    candidate = choose(read_settings(model=name), host()).candidate
    assert (candidate.source, candidate.info.engine) == (str(embedded), "openvino")


@pytest.mark.parametrize(
    "name, memory, says",
    [
        ("gpt2-xl", 16, "convert"),
        ("embedded", 0.5, "this host allows 0.5 GB"),
        ("./missing", 16, "does not exist"),
        ("/missing/folder", 16, "does not exist"),
        ("~/missing.gguf", 16, "does not exist"),
    ],
)
def test_a_name_that_cannot_be_used_says_why_and_what_to_do(embedded, name, memory, says):
    with pytest.raises(ModelError, match=says):
        choose(read_settings(model=name), host(memory), hub=False)


def test_the_embedded_model_that_is_not_installed_says_how_to_install_it(no_embedded):
    with pytest.raises(ModelError, match="pip install"):
        choose(read_settings(model="embedded"), host(), hub=False)


@pytest.mark.parametrize(
    "files, engine, window",
    [
        ({"config.json": {"n_positions": 96}, "openvino_model.xml": 0}, "openvino", 96),
        ({"config.json": {"max_position_embeddings": 512}}, "torch", 512),
        ({"config.json": {}}, "torch", 1024),
    ],
)
def test_a_model_folder_is_recognised_by_its_files(tmp_path, files, engine, window):
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    candidate = choose(read_settings(model=str(tmp_path)), host()).candidate
    assert (candidate.info.engine, candidate.info.window, candidate.source) == (engine, window, str(tmp_path))


@pytest.mark.parametrize("config", [None, "{not json"])
def test_a_folder_that_holds_no_model_is_an_error(tmp_path, config):
    if config:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(ModelError, match=r"config\.json"):
        choose(read_settings(model=str(tmp_path)), host())


def test_a_converted_folder_with_the_torch_engine_is_an_error(tmp_path):
    (tmp_path / "openvino_model.xml").write_text("<net/>")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="PyTorch"):
        choose(read_settings(model=str(tmp_path), engine="torch"), host())


def test_a_gguf_file_and_a_hub_id_can_be_named(tmp_path, no_embedded):
    file = tmp_path / "My.gguf"
    file.write_bytes(b"GGUF")
    named = choose(read_settings(model=str(file)), host()).candidate
    assert (named.info.name, named.info.engine) == ("My", "openvino")
    hub = choose(read_settings(model="owner/model"), host(), hub=True)
    assert hub.candidate is None and (hub.better.source, hub.better.plan.hub) == ("owner/model", "owner/model")


def test_the_list_names_every_model_with_a_reason_largest_first(embedded):
    found = list_candidates(read_settings(), host())
    assert [candidate.info.name for candidate in found[:4]] == [shape.name for shape in SHAPES]
    assert all(candidate.reason and candidate.memory > 0 for candidate in found)
    assert [shape.parameters for shape in SHAPES] == sorted((s.parameters for s in SHAPES), reverse=True)


def test_a_checkpoint_size_is_known_by_its_parameters():
    assert shape_of(1_557_611_200) is XL and shape_of(5) is None
