"""What the page is configured to allow, and what must never be in the repository for a public host."""

import re
import tomllib

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from assistant.core.settings import REPOSITORY
from assistant.uploads.limits import FILE_BYTES, MIB

CONFIG = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "section, name, value",
    [
        ("client", "showErrorDetails", "none"),  # the framework's default is the whole stack trace
        ("client", "toolbarMode", "minimal"),
        ("server", "enableXsrfProtection", True),
        ("server", "enableCORS", True),
        ("server", "enableStaticServing", False),
        ("server", "maxMessageSize", 20),
        ("runner", "postScriptGC", False),  # with 200 visitors it was most of what the page did
        ("browser", "gatherUsageStats", False),
    ],
)
def test_the_page_tells_and_allows_no_more_than_it_must(section, name, value):
    assert CONFIG[section][name] == value


def test_the_page_takes_files_of_the_size_that_are_read():
    assert CONFIG["server"]["maxUploadSize"] * MIB == FILE_BYTES


def test_all_that_a_browser_keeps_comes_back_in_one_frame():
    """A frame beyond the limit would close the connection. Records are base64, a byte a character; JSON adds little."""
    keeper = (REPOSITORY / "assistant/ui/session/chat_keeper.js").read_text(encoding="utf-8")
    (most,) = re.findall(r"^const MOST = ([\d_]+);", keeper, re.M)
    assert CONFIG["server"]["maxWidgetStateSize"] == 2
    assert 0 < int(most) * 1.1 < 2 * 10**6


def test_secrets_that_cannot_be_read_are_said_to_be_and_not_left_out(tmp_path):
    """Without its password the folder of uploads would be open to everybody."""
    file = tmp_path / "secrets.toml"
    file.write_text("ASSISTANT_ADMIN_PASSWORD = hunter2")
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    try:
        page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=60).run()
    finally:
        config.set_option("secrets.files", before)
    assert "The secrets in secrets.toml cannot be read" in page.error[0].value and "hunter2" not in page.error[0].value


def test_no_folder_is_run_by_the_framework_by_itself():
    """Streamlit runs every script in a folder called pages; a file dropped there would be code."""
    assert not (REPOSITORY / "pages").exists()


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-train.txt", "requirements-dev.txt", "constraints.txt"]
)
def test_every_requirement_is_pinned(file):
    lines = (REPOSITORY / file).read_text(encoding="utf-8").splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    loose = [
        line
        for line in wanted
        if line and not line.startswith(("-r ", "-c ")) and not re.fullmatch(r"[\w.\-\[\]]+==\S+", line)
    ]
    assert loose == []


def test_nothing_draws_html_from_data_or_loads_code_from_files():
    """No pickles, no weights but safetensors, no raw HTML: the words must not even occur."""
    forbidden = re.compile(
        r"unsafe_allow_html|st\.html\(|import pickle|pickle\.load|allow_pickle=True|trust_remote_code=True"
    )
    sources = [REPOSITORY / "streamlit_app.py", *(REPOSITORY / "assistant").rglob("*.py")]
    found = [file.name for file in sources if forbidden.search(file.read_text(encoding="utf-8"))]
    assert found == []
