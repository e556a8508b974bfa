"""Files that a visitor gave: none is lost or told twice, whenever its page is ended."""

import threading
from collections.abc import MutableMapping
from contextlib import contextmanager

import pytest
from fakes import WordEmbedder
from streamlit.runtime.scriptrunner import StopException

from assistant.ui.files import inbox, uploading
from assistant.ui.files.inbox import draw_file_results, keep_files, take_kept_files
from assistant.uploads import converter as converter_module
from assistant.uploads.converter import Converter
from assistant.uploads.limits import OPEN_QUESTIONS
from assistant.uploads.session_uploads import Budget, SessionUploads


class File:
    """A file as Streamlit hands it over."""

    def __init__(self, name: str, text: str) -> None:
        self.name = self.file_id = name
        self._text = text

    def getvalue(self) -> bytes:
        return self._text.encode()


class State(MutableMapping):
    """The session's state; touching it ends a stopped run, as with Streamlit's."""

    def __init__(self, look) -> None:
        self._look, self._held = look, {}

    def __getitem__(self, key):
        self._look()
        return self._held[key]

    def __setitem__(self, key, value) -> None:
        self._look()
        self._held[key] = value

    def __delitem__(self, key) -> None:
        self._look()
        del self._held[key]

    def __iter__(self):
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Page:
    """What Streamlit draws with; any drawing ends a run that was stopped."""

    def __init__(self) -> None:
        self.is_stopped, self.stops_at, self.pressed = False, "", ""
        self.drawn: list[str] = []
        self.session_state = State(self.look)

    def look(self) -> None:
        if self.is_stopped:
            raise StopException

    def draw(self, *given, text: str = "", **_) -> "Page":
        said = text or str(given[0] if given else "")
        self.is_stopped = self.is_stopped or bool(self.stops_at and self.stops_at in said)
        self.look()
        self.drawn.append(said)
        return self

    progress = success = error = caption = empty = container = markdown = draw

    def button(self, label, **_) -> bool:
        return label == self.pressed

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_) -> None:
        pass

    @contextmanager
    def spinner(self, text: str):
        self.draw(text)
        yield
        self.look()  # its end is a drawing

    def read(self) -> str:
        """A run that reads what waits; what is told of files at its end."""
        take_kept_files(None)
        self.drawn.clear()
        draw_file_results(None)
        return "\n".join(self.drawn)


ONE, TWO = File("one.md", "# One\n\nGannets dive for fish."), File("two.md", "# Two\n\nTerns hover over it.")


@pytest.fixture
def page(monkeypatch):
    page = Page()
    for module in (inbox, uploading):
        monkeypatch.setattr(module, "st", page)
    private = SessionUploads(WordEmbedder(), Budget())
    monkeypatch.setattr(uploading, "uploads_of", lambda _: private)
    return page


def stops_after(page, act):
    """What does the same, and Stop is pressed meanwhile."""

    def act_and_stop(*given, **named):
        try:
            return act(*given, **named)
        finally:
            page.is_stopped = True

    return act_and_stop


def test_files_that_wait_since_a_stop_are_kept_when_a_question_without_files_comes(page):
    keep_files([ONE])
    keep_files(())
    keep_files([TWO])
    told = page.read()
    assert "**one.md** can be asked about" in told and "**two.md** can be asked about" in told
    keep_files(())
    assert page.read() == "", "they are read once, and told of until the next question"


def test_a_file_that_is_decided_as_stop_is_pressed_has_its_line_and_one_that_is_not_is_read_again(page, monkeypatch):
    keep_files([File("empty.md", ""), ONE])
    with monkeypatch.context() as patch:
        patch.setattr(Converter, "convert", stops_after(page, Converter.convert))
        with pytest.raises(StopException):
            take_kept_files(None)
    page.is_stopped = False
    told = page.read()
    assert told.count("**empty.md** was not added") == 1 and told.count("**one.md** can be asked about") == 1


def test_a_file_that_was_taken_as_its_run_is_ended_is_not_read_again(page, monkeypatch):
    """It would be asked whether to replace it by itself."""
    keep_files([ONE, TWO])
    with monkeypatch.context() as patch:
        patch.setattr(SessionUploads, "add", stops_after(page, SessionUploads.add))
        with pytest.raises(StopException):
            take_kept_files(None)
    page.is_stopped = False
    told = page.read()
    assert told.count("**one.md** can be asked about") == told.count("**two.md** can be asked about") == 1


def test_the_run_that_takes_the_place_of_another_reads_the_same_file_and_tells_it_once(page, monkeypatch):
    keep_files([File("empty.md", "")])
    convert = Converter.convert

    def convert_beside(self, data, name):
        monkeypatch.setattr(Converter, "convert", convert)
        take_kept_files(None)
        return convert(self, data, name)

    monkeypatch.setattr(Converter, "convert", convert_beside)
    assert page.read().count("**empty.md** was not added") == 1


def test_a_run_that_was_replaced_while_it_read_keeps_nothing(page, monkeypatch):
    """Otherwise the new run, which reads the file too, would ask whether to replace it by itself."""
    embed = WordEmbedder.embed
    monkeypatch.setattr(WordEmbedder, "embed", lambda self, texts, _: embed(self, texts))  # nothing is drawn meanwhile
    keep_files([ONE])
    with monkeypatch.context() as patch:
        patch.setattr(Converter, "convert", stops_after(page, Converter.convert))
        with pytest.raises(StopException):
            take_kept_files(None)
    assert uploading.uploads_of(None).list() == ()


def test_a_few_files_wait_for_an_answer_each_content_once_and_the_next_is_told_to_come_again(page):
    keep_files([ONE])
    page.read()
    others = [File("one.md", f"# One\n\nIt dives {number} times.") for number in range(OPEN_QUESTIONS + 2)]
    keep_files([others[0], *others])
    told = page.read()
    assert len(page.session_state["pending_uploads"]) == OPEN_QUESTIONS
    assert told.count("is here already as") == OPEN_QUESTIONS
    assert told.count("**one.md** was not added") == 2 and told.count("Answer first, then add it again.") == 2


def test_a_file_whose_question_is_answered_as_stop_is_pressed_still_waits(page):
    for text in ("Gannets dive.", "Gannets sing."):
        keep_files([File("one.md", text)])
        page.read()
    (pending,) = page.session_state["pending_uploads"]
    page.pressed, page.stops_at = "Keep both", "Learning"
    with pytest.raises(StopException):
        draw_file_results(None)
    page.is_stopped = False
    assert page.session_state["pending_uploads"] == [pending]


def test_a_file_that_was_kept_on_the_visitors_word_is_told_of_though_its_run_is_ended(page, monkeypatch):
    for text in ("Gannets dive.", "Gannets sing."):
        keep_files([File("one.md", text)])
        page.read()
    page.pressed = "Keep both"
    with monkeypatch.context() as patch:
        patch.setattr(SessionUploads, "add", stops_after(page, SessionUploads.add))
        with pytest.raises(StopException):
            draw_file_results(None)
    page.is_stopped, page.pressed = False, ""
    assert page.read().count("can be asked about") == 1 and not page.session_state["pending_uploads"]


def test_a_file_of_the_page_notes_is_read_by_whichever_page_its_visitor_opens_meanwhile(page, monkeypatch):
    keep_files([ONE])
    with monkeypatch.context() as patch:
        patch.setattr(Converter, "convert", stops_after(page, Converter.convert))
        with pytest.raises(StopException):
            take_kept_files(None)
    page.is_stopped = False
    assert take_kept_files(None), "there was one that waited"
    assert not take_kept_files(None)


def test_who_waits_for_the_files_of_others_is_told_so_and_may_stop(page, monkeypatch):
    monkeypatch.setattr(converter_module, "_places", places := threading.BoundedSemaphore(1))
    keep_files([ONE])
    places.acquire()
    late = threading.Timer(10, places.release)
    late.start()
    page.stops_at = "Other files are read first, then one"
    with pytest.raises(StopException):
        take_kept_files(None)
    late.cancel()
    places.release()
    page.is_stopped, page.stops_at = False, ""
    assert "**one.md** can be asked about" in page.read()
    assert places.acquire(blocking=False), "the place is free again"
