"""One setting and a password say who may add notes and where they go; the default is careful."""

import pytest

from assistant.core.errors import UploadError
from assistant.core.settings import read_settings
from assistant.uploads.access import TRIES, WINDOW_SECONDS, Gate, on_public_host, place_for


@pytest.mark.parametrize(
    "setting, password, here, public, place",
    [
        ("auto", "", True, False, "folder"),
        ("", "", True, False, "folder"),
        ("auto", "", False, False, "session"),
        ("auto", "", True, True, "session"),
        ("auto", "secret", False, True, "folder"),
        ("folder", "", False, True, "folder"),
        ("session", "secret", True, False, "session"),
        ("off", "secret", True, False, "off"),
    ],
)
def test_where_uploads_go(setting, password, here, public, place):
    settings = read_settings(uploads=setting, admin_password=password)
    assert place_for(settings, here=here, public=public) == place


def test_a_public_host_is_known_by_what_hosting_services_leave(tmp_path):
    assert not on_public_host({}, tmp_path / "none")
    assert on_public_host({}, tmp_path)
    assert on_public_host({"SPACE_ID": "me/app"}, tmp_path / "none")


def test_the_password_opens_and_another_does_not():
    gate = Gate("Grün", lambda: 0.0)
    gate.open("Grün")
    for wrong in ("", "grün", "Grün ", "\ud800", "x" * 100_000):
        with pytest.raises(UploadError, match="not the password"):
            gate.open(wrong)
    assert gate.locked and not Gate("").locked


def test_after_some_wrong_tries_even_the_right_password_must_wait():
    now = [0.0]
    gate = Gate("secret", lambda: now[0])
    for _ in range(TRIES):
        with pytest.raises(UploadError, match="not the password"):
            gate.open("x")
    with pytest.raises(UploadError, match="Try again in 60 seconds"):
        gate.open("secret")
    now[0] = WINDOW_SECONDS
    gate.open("secret")


def test_the_password_is_never_shown():
    assert "topsecret" not in repr(read_settings(admin_password="topsecret"))
