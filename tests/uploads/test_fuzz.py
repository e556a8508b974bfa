"""Thousands of broken files and odd names: each becomes a note or one line, in time, and nothing dies or leaks.

2,000 cases by default; SOAK_FILES=100000 (``make soak``) tries more.
"""

import io
import os
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upload_samples import HOSTILE, SAMPLES, zipped

from assistant.core.errors import UploadError
from assistant.uploads.converter import Converter
from assistant.uploads.folder_uploads import FolderUploads
from assistant.uploads.limits import PARSE_SECONDS, START_SECONDS

pytestmark = pytest.mark.slow
CASES = int(os.environ.get("SOAK_FILES", "2000"))
BUSY_SECONDS = 10.0  # for ending a parser whose time is over, and for keeping its note, on a machine with other work
EACH = max(1, CASES // len(SAMPLES))
WORDS = [
    *(
        b"\0",
        b"\xff",
        b"\xff\xfe",
        b"\n---\n",
        b"```",
        b"$$",
        b"[",
        b"](",
        b"<",
        b"</",
        b">",
        b"<div>",
        b"&a;",
        b"{",
        b"}",
    ),
    *(
        b'"',
        b"\\",
        b"<!DOCTYPE",
        b"endstream",
        b"endobj",
        b"/Length -1",
        b"/Kids [2 0 R]",
        b"/Count 99999999",
        b"obj<<",
    ),
    *(b"<w:p>", b"</w:p>", b"<w:tbl>", b'w:val="', b"9" * 40, b"-1", b"1e999", b"\xed\xa0\x80", "\u202e".encode()),
]
PIECES = st.one_of(st.sampled_from(WORDS), st.binary(max_size=8))
CUTS = st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES, st.integers(1, 3))
NAMES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["../../pages/evil.py.md", "/etc/x.md", "a" * 4000, "\u202egnp.exe", "nul\0.md", "..", "C:\\x", ""]
    ),
    st.text(alphabet="./\\\0:~\u202e\ud800", max_size=30),
)


def broken(data: bytes, cuts) -> bytes:
    """The bytes with some stretches replaced by others."""
    for share, length, piece, times in cuts:
        at = int(share * len(data))
        data = data[:at] + piece * times + data[at + length :]
    return data


@st.composite
def files(draw, kind: str):
    """A sample with some damage; for a Word file, half of the time, inside one of its parts."""
    data = SAMPLES[kind]
    cuts = draw(st.lists(CUTS, max_size=6))
    if kind == "word" and draw(st.booleans()):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        part = draw(st.sampled_from(sorted(members)))
        return zipped({**members, part: broken(members[part], cuts)})
    return broken(data, cuts) if draw(st.integers(0, 19)) else draw(st.binary(max_size=300))


@pytest.fixture(scope="module")
def converter():
    with Converter() as converter:
        yield converter


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    knowledge = tmp_path_factory.mktemp("fuzz") / "knowledge"
    knowledge.mkdir()
    return knowledge


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_a_broken_file_becomes_a_note_or_one_line(kind, converter, home):
    uploads = FolderUploads(home, lambda progress: None)

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(files(kind), NAMES)
    def check(data, name):
        began = time.monotonic()
        starts = converter.starts
        try:
            arrival = converter.convert(data, name)
        except UploadError as fault:
            said = str(fault)
            assert "\n" not in said and said.endswith(".") and "within the limits" not in said, said
        else:
            assert arrival.note.passages and arrival.note.title.strip()
            upload = uploads.add(arrival)
            assert upload.note.path.startswith("uploads/")
            uploads.delete(upload.key)
        took = time.monotonic() - began
        starting = 0.0 if converter.starts == starts else START_SECONDS
        assert took <= PARSE_SECONDS + BUSY_SECONDS + starting, f"{took:.1f} s"

    check()
    assert [path.name for path in home.parent.iterdir()] == ["knowledge"]
    assert [path.name for path in home.iterdir()] in ([], ["uploads"]) and not list(home.glob("uploads/*"))


def test_the_samples_themselves_are_sound(converter):
    """Otherwise the cases above would only try what is refused at the first byte."""
    for kind, data in SAMPLES.items():
        assert converter.convert(data, kind).note.passages
    assert len(HOSTILE) >= 15
