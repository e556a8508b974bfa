"""Files become notes by their content; what cannot is one clear line; nothing costs more than its limits."""

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
import zipfile

import psutil
import pytest
from upload_samples import (
    HOSTILE,
    HTML,
    LARGE,
    MARKDOWN,
    NOTEBOOK,
    PDF,
    TEXT,
    WORD,
    drawn,
    encrypted_pdf,
    pdf,
    word,
    zipped,
)

from assistant.core.errors import UploadError
from assistant.retrieval.notes.parsing import parse_note
from assistant.uploads import converter as converter_module
from assistant.uploads.convert import convert
from assistant.uploads.converter import Converter
from assistant.uploads.limits import FILE_BYTES, MIB, PARSE_MEMORY, PARSE_SECONDS, START_SECONDS
from assistant.uploads.stored import arrival_from_json, arrival_to_json, parse_upload

BUSY_SECONDS = 10.0  # for the clock in the process, or the thread here that ends it, to get its turn beside other work


def texts(arrival) -> list[tuple[str, str]]:
    return [(passage.heading, passage.text) for passage in arrival.note.passages]


@pytest.mark.parametrize(
    "data, kind, title, headings",
    [
        (MARKDOWN, "text", "Gradient clipping", ["What is gradient clipping?", "Which limit?"]),
        (TEXT, "text", "My file", [""]),
        (HTML, "web page", "Warmup", [""]),
        (NOTEBOOK, "notebook", "Momentum by hand", [""]),
        (WORD, "Word", "Lab report", ["", "Results"]),
        (PDF, "PDF", "Normalization compared", ["Page 1", "Page 2"]),
    ],
    ids=["markdown", "text", "html", "notebook", "word", "pdf"],
)
def test_each_format_is_known_by_its_content_whatever_its_name(data, kind, title, headings):
    for name in ("my_file.exe", "my-file.pdf", "my file"):
        arrival = convert(data, name)
        assert (arrival.origin.kind, arrival.note.title) == (kind, title)
        assert [heading for heading, _ in texts(arrival)] == headings


def test_what_is_kept_of_a_file_is_a_note_like_any_other():
    for data in (MARKDOWN, HTML, PDF):
        arrival = convert(data, "a")
        assert parse_note("a.md", arrival.text.encode()).passages[0].text == arrival.note.passages[0].text
        assert arrival_from_json(arrival_to_json(arrival)) == arrival
        assert parse_upload("a.md", "a.md", arrival.text.encode()).origin == arrival.origin


def test_front_matter_of_a_note_survives():
    source = b"---\ntitle: T\ntopics: [a, b]\nreviewed: 2026-01-02\nreferences:\n  - {author: A, title: B, year: 2020, "
    note = convert(source + b"link: 'https://x.example'}\n---\nbody\n", "a").note
    assert (note.topics, note.reviewed, note.references[0].link) == (("a", "b"), "2026-01-02", "https://x.example")


def test_lines_of_a_pdf_are_joined_and_words_put_together_again():
    assert "keeps the activations of a layer in a common range." in texts(convert(PDF, "a"))[0][1]


def test_marks_in_the_text_of_a_pdf_stay_text():
    arrival = convert(pdf([drawn("# no heading, 2*3*4 and $5 for [this]")]), "a")
    assert arrival.note.passages[0].heading == "Page 1"
    assert arrival.note.passages[0].text == "\\# no heading, 2\\*3\\*4 and \\$5 for \\[this\\]"


def test_scripts_menus_and_images_of_a_web_page_are_left_out():
    text = convert(HTML, "a").text
    assert "alert" not in text and "evil" not in text and "Home" not in text
    assert "a curve" in text and "- linear" in text and "| 500 |" in text


def test_code_and_short_results_of_a_notebook_are_kept():
    assert "```python\nv = 0.9 * v + g\n```\n\n```text\n0.1\n```" in convert(NOTEBOOK, "a").text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_of_the_usual_encodings_is_read(encoding):
    text = "Die Größe der Schritte wächst, während der Verlust über längere Zeit fällt. Schön für alle."
    assert convert(text.encode(encoding), "a").note.passages[0].text == text


@pytest.mark.parametrize(
    "data, says",
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"---\ntitle: T\n---\n", "empty"),
        (bytes(range(256)) * 40, "(binary|unknown encoding)"),
        (b"\x89PNG\r\n", "image"),
        (b"{\\rtf1 x}", "docx"),
        (b"\xd0\xcf\x11\xe0 old", "password"),
        (zipped({"a.txt": "x"}), "zip archive"),
        (zipped({"ppt/presentation.xml": "x"}), "PowerPoint"),
        (WORD[:-40], "damaged"),
        (WORD.replace(b"word/document.xml", b"w0rd/document.xml"), "damaged"),
        (word("<w:p>"), "damaged"),
        (word(""), "no text"),
        (b"%PDF-1.4\nnothing", "damaged"),
        (PDF[: len(PDF) // 3], "damaged"),
        (pdf([b""]), "scanned"),
        (pdf([]), "no pages"),
        (encrypted_pdf(), "password"),
        (b'{"cells": [}', "damaged"),
        (b'{"cells": [1, 2], "nbformat": 4}', "damaged"),
        (b"<html><body><script>x</script></body></html>", "no text"),
        (b"a" * (FILE_BYTES + 1), "at most 5 MB"),
    ],
)
def test_what_cannot_become_a_note_is_one_line_with_a_way_out(data, says):
    with pytest.raises(UploadError, match=says) as fault:
        convert(data, "a")
    assert "\n" not in str(fault.value) and str(fault.value).endswith(".") and len(str(fault.value)) < 200


def test_a_sentence_that_goes_on_on_the_next_page_of_a_pdf_stays_whole():
    pages = [drawn("Layers scale their input and are"), drawn("then normalized by its own mean. A page goes on.")]
    assert texts(convert(pdf(pages), "a.pdf")) == [
        ("Page 1", "Layers scale their input and are then normalized by its own mean."),
        ("Page 2", "A page goes on."),
    ]


def test_headings_that_every_passage_would_repeat_have_a_limit():
    """A heading of a megabyte above 25 passages is 25 megabytes, several times over."""
    text = f"# T\n\n## {'long ' * 1_000}\n\n" + "\n\n".join("word " * 200 for _ in range(25))
    with pytest.raises(UploadError, match="headings of"):
        convert(text.encode(), "a.md")


@pytest.mark.slow
def test_a_text_that_the_folder_would_skip_for_its_bytes_is_refused():
    text = "\n\n".join("深層学習深層学習深 " * 200 for _ in range(900))
    assert len(text) < 2_000_000
    with pytest.raises(UploadError, match="bytes, at most"):
        convert(text.encode("gb18030"), "a.txt")


def test_a_damaged_page_is_left_out_and_said():
    arrival = convert(pdf([drawn("Text that can be read."), b""]), "a")
    assert arrival.remarks == ("1 of 2 pages hold no text.",)


def test_a_zip_that_declares_less_than_it_holds_is_damaged_and_not_unpacked():
    data = bytearray(word(" " * 3_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    forged = bytes(data).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises(UploadError, match="damaged"):
        convert(forged, "a")


@pytest.fixture(scope="module")
def converter():
    with Converter() as converter:
        yield converter


def test_the_limited_process_gives_what_the_parser_gives(converter):
    assert converter.convert(MARKDOWN, "a") == convert(MARKDOWN, "a")
    with pytest.raises(UploadError, match="image"):
        converter.convert(b"\x89PNG", "a")


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files_end_within_the_limits_and_the_next_file_is_read(converter, name):
    assert_within_limits(converter, HOSTILE[name](), name)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(LARGE))
def test_the_largest_files_of_every_format_are_read_or_refused_within_the_limits(converter, name):
    data = LARGE[name](4_800_000)
    assert 4_500_000 < len(data) <= FILE_BYTES, "as large as is taken"
    assert_within_limits(converter, data, name)


def assert_within_limits(converter, data, name):
    """A note or one line; time by the wall clock, memory while the process works, whether it survives or not."""
    converter.close()  # a peak stays with its process: an earlier file's must not be taken for this one's
    converter.convert(TEXT, "a")
    base = psutil.Process(converter.process_id).memory_info().rss
    said = ""
    with watched(converter.process_id) as peaks:
        began = time.monotonic()
        try:
            assert converter.convert(data, name).note.passages
        except UploadError as fault:
            said = str(fault)
        took = time.monotonic() - began
    print(f"{name}: {len(data) / 1e6:.1f} MB, {took:.1f} s, {(max(peaks) - base) / MIB:.0f} MB more; {said or 'read'}")
    assert "\n" not in said and (not said or said.endswith("."))
    assert took <= PARSE_SECONDS + BUSY_SECONDS
    assert max(peaks) - base <= PARSE_MEMORY
    assert converter.convert(TEXT, "a").note.title == "A"


@contextlib.contextmanager
def watched(process_id):
    """The peaks that the system reports of a process, one at least; taken often, because none are known of the dead."""
    peaks, ended = [peak_of(process_id)], threading.Event()

    def watch():
        with contextlib.suppress(OSError, StopIteration):  # it has ended: a zombie has no memory
            while not ended.wait(0.005):
                peaks.append(peak_of(process_id))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def peak_of(process_id):
    with open(f"/proc/{process_id}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def test_the_memory_of_a_process_that_is_killed_is_seen():
    """Otherwise the bound above would hold of whatever takes too much."""
    greedy = "import os, time; held = b'x' * 100_000_000; time.sleep(0.5); os.kill(os.getpid(), 9)"
    with subprocess.Popen([sys.executable, "-c", greedy]) as process, watched(process.pid) as peaks:
        process.wait()
    assert max(peaks) > 100_000_000


def test_a_process_that_dies_is_one_line_and_is_started_again(converter):
    import signal

    converter.convert(TEXT, "a")
    starts = converter.starts
    os.kill(converter.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, converter.process_id, os.WEXITED | os.WNOWAIT)
    assert converter.convert(TEXT, "a").note.title == "A"
    assert converter.starts == starts + 1


@pytest.fixture
def places(monkeypatch):
    """One process at a time, and no more than a second for a file."""
    monkeypatch.setattr(converter_module, "_places", places := threading.BoundedSemaphore(1))
    monkeypatch.setattr(converter_module, "PARSE_SECONDS", 1.0)
    return places


@pytest.mark.slow
def test_files_wait_for_those_of_others_and_the_wait_does_not_count(places):
    waits = []

    def wait():
        waits.append(second.process_id)
        if len(waits) == 6:  # more than a second
            first.close()
        assert len(waits) < 20, "its place was not given back"

    with Converter() as first, Converter() as second:
        first.convert(TEXT, "a")
        second.start(wait)
        assert waits == [None] * 6
        assert second.convert(TEXT, "a").note.title == "A"
    assert places.acquire(blocking=False)


@pytest.mark.slow
def test_a_process_ends_between_two_files_when_others_wait_for_it(places):
    with Converter() as first, Converter() as second:
        first.convert(TEXT, "a")
        first.make_room()
        first.convert(TEXT, "a")
        assert first.starts == 1, "nobody waited"
        waiting = threading.Thread(target=second.convert, args=(TEXT, "a"))
        waiting.start()
        while second not in converter_module._waiting:
            time.sleep(0.01)
        first.convert(TEXT, "a")
        waiting.join(START_SECONDS)
        assert second.starts == 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", [SystemExit, OSError])
def test_a_place_is_given_back_when_no_process_can_be_started_or_the_wait_is_ended(places, monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    with Converter() as first, Converter() as second:
        first.convert(TEXT, "a")
        with pytest.raises(fault):
            second.start(fail)
        first.close()
        with monkeypatch.context() as patch:
            patch.setattr(converter_module.subprocess, "Popen", fail)
            with pytest.raises(fault):
                second.start()
        second.start(fail)
        assert second.convert(TEXT, "a").note.title == "A"
    assert places.acquire(blocking=False) and not converter_module._waiting


def test_a_parser_that_is_talked_into_it_neither_writes_nor_connects(tmp_path):
    """The limits of the process itself, tried from inside."""
    code = (
        "import sys, socket; from assistant.uploads import child; child._limit(); sys.addaudithook(child._refuse)\n"
        "for what in (lambda: open('evil', 'w'), lambda: socket.socket(), lambda: __import__('os').system('true'),\n"
        "             lambda: bytearray(10**9)):\n"
        "    try: what(); print('done')\n"
        "    except (PermissionError, MemoryError): print('refused')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    made = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert made.stdout.split() == ["refused"] * 4 and not list(tmp_path.iterdir())
