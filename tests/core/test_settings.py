"""Settings come from the environment, the command line wins, and a bad one is named."""

import pytest

from assistant.core.errors import SettingsError
from assistant.core.settings import REPOSITORY, read_settings


def test_without_anything_set_the_notes_are_those_beside_the_program(monkeypatch):
    monkeypatch.delenv("ASSISTANT_HOME")
    settings = read_settings()
    assert settings.knowledge == REPOSITORY / "knowledge" and settings.model == "auto"
    assert settings.home.name == "deep-learning-assistant"


def test_what_is_given_wins_over_the_environment_and_none_is_not_given(monkeypatch):
    monkeypatch.setenv("ASSISTANT_SNIPPETS", "5")
    monkeypatch.setenv("ASSISTANT_MODEL", "none")
    settings = read_settings(snippets=2, model=None)
    assert (settings.snippets, settings.model) == (2, "none")


@pytest.mark.parametrize(
    "name, value",
    [("SNIPPETS", "0"), ("SNIPPETS", "many"), ("ENGINE", "magic"), ("RUNNING", "65"), ("QUESTION_LIMIT", "1")],
)
def test_a_value_that_cannot_work_is_an_error_of_one_line_that_names_it(monkeypatch, name, value):
    monkeypatch.setenv(f"ASSISTANT_{name}", value)
    with pytest.raises(SettingsError, match=f"ASSISTANT_{name}") as fault:
        read_settings()
    assert value in str(fault.value) and "\n" not in str(fault.value)


def test_the_key_of_an_endpoint_is_never_shown(monkeypatch):
    monkeypatch.setenv("ASSISTANT_API_KEY", "topsecret")
    settings = read_settings()
    assert "topsecret" not in repr(settings) and settings.api_key.get_secret_value() == "topsecret"
