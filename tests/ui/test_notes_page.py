"""The notes page, driven without a browser: topics, a note, search with its scores, files added, renamed, deleted."""

from dataclasses import dataclass

import pytest
from fakes import WordEmbedder, retriever_of, write_notes
from streamlit.testing.v1 import AppTest
from upload_samples import MARKDOWN, PDF, TEXT

from assistant.app.assembly import Parts
from assistant.app.loading import Loading
from assistant.chat.assistant import Assistant
from assistant.core.host import Host
from assistant.core.settings import read_settings
from assistant.inference.decoding import decoding_for
from assistant.inference.models.catalog import Choice
from assistant.retrieval.note_store import NoteStore
from assistant.ui.notes.note_list import by_topic, topic_of
from assistant.ui.notes.note_view import slug
from assistant.ui.session.state import Chats

PATIENCE = 30.0
FORGED = "![x](http://evil.example/x.png) :red[forged]"
LAB = f"# Lab\n\n## Zephyr\n\nZephyr has twelve nodes. {FORGED}\n\n## Quota\n\nTwo hours."


@dataclass
class Page:
    """The notes page of one visitor."""

    app: AppTest
    store: NoteStore

    @property
    def text(self) -> str:
        kinds = ("title", "header", "subheader", "markdown", "caption", "success", "warning", "error", "info")
        return "\n".join(str(item.value) for kind in kinds for item in getattr(self.app.main, kind))

    def press(self, label: str) -> "Page":
        next(button for button in self.app.button if label in button.label).click().run(timeout=PATIENCE)
        assert not self.app.exception
        return self

    def search(self, question: str) -> "Page":
        self.app.text_input(key="search").set_value(question).run(timeout=PATIENCE)
        assert not self.app.exception
        return self

    def view(self, name: str) -> "Page":
        self.app.main.button_group(key="notes_view").set_value(name).run(timeout=PATIENCE)
        assert not self.app.exception
        return self

    def add(self, *files: tuple[str, bytes]) -> "Page":
        self.app.main.file_uploader[0].set_value([(name, data, "") for name, data in files]).run(timeout=PATIENCE)
        assert not self.app.exception
        return self


def draw(loading, settings):
    from assistant.ui.notes.page import draw_notes_page

    draw_notes_page(loading, settings)


@pytest.fixture
def open_page(knowledge, tmp_path):
    write_notes(knowledge, tools__lab=LAB)
    store = NoteStore(knowledge, tmp_path / "index", WordEmbedder())

    def opened(address: dict[str, str] | None = None, **given: object) -> Page:
        settings = read_settings(knowledge=knowledge, **{"uploads": "session", **given})
        retriever = retriever_of(WordEmbedder())
        assistant = Assistant(retriever, None)
        host = Host(2**34, 2**34, 2**34, 2, "", 0)
        parts = Parts(settings, host, Choice(None, "of a test"), store, retriever, None, assistant)
        loading = Loading(settings, lambda *_: parts)
        assert loading.wait(60) is parts
        app = AppTest.from_function(draw, kwargs={"loading": loading, "settings": settings})
        for name, value in (address or {}).items():
            app.query_params[name] = value
        app.run(timeout=PATIENCE)
        assert not app.exception
        return Page(app, store)

    return opened


def test_notes_are_listed_by_topic_and_opened_with_their_references(open_page):
    page = open_page()
    assert "3 notes" in page.text
    assert page.app.main.button_group(key="topic").options == [
        "Tools · 1",
        "Other notes · 2",
    ]
    page.app.main.button_group(key="topic").set_value("Other notes").run(timeout=PATIENCE)
    page.press("Dropout")
    assert page.app.query_params["note"] == "dropout.md"
    assert "Dropout at test time" in page.text and "reviewed 2026" in page.text
    assert "Srivastava (2014): [Dropout\\: A Simple Way](<https://jmlr.org/papers/v15/srivastava14a.html>)" in page.text
    page.press("All notes")
    assert "note" not in page.app.query_params and "3 notes" in page.text


def test_an_address_opens_a_note_with_its_section_first(open_page):
    page = open_page({"note": "tools/lab.md", "section": slug("Zephyr")})
    assert page.text.index("The section of the link") < page.text.index("Two hours.")
    assert page.text.count("Zephyr has twelve nodes.") == 2
    assert "![" not in page.text and "\\:red[forged]" in page.text


@pytest.mark.parametrize("path", ["gone.md", "../../etc/passwd", "private:abc.md", "<script>", "x" * 5000])
def test_an_address_of_no_note_is_said_plainly(open_page, path):
    page = open_page({"note": path})
    assert "There is no note" in page.text and len(page.text) < 1000
    page.press("All notes")
    assert "3 notes" in page.text


def test_the_search_shows_what_the_chat_would_decide_by(open_page):
    page = open_page().search("How many nodes has Zephyr?")
    assert "Covered: the chat would answer. Confidence 0." in page.text
    assert "best cosine 0." in page.text and "tools/lab.md, line 3" in page.text.replace("\\", "")
    page.search("Best pizza in Naples")
    assert "Not covered: the chat would decline." in page.text
    page.search("How many nodes has Zephyr?").press("Open the section")
    assert page.app.query_params["section"] == "zephyr"
    page.press("All notes")
    assert page.app.text_input(key="search").value == "How many nodes has Zephyr?"


@pytest.mark.slow
def test_files_are_added_each_with_its_own_result_and_answer_at_once(open_page):
    page = open_page().view("Add files")
    assert "you alone" in page.text
    page.add(("clip.md", MARKDOWN), ("broken.pdf", b"%PDF-1.4 x"), ("norm.pdf", PDF))
    assert "**clip.md** can be asked about: “Gradient clipping”, 2 sections, 2 passages" in page.text
    assert "**broken.pdf** was not added. It is damaged" in page.text
    assert "“Normalization compared”, 2 sections" in page.text
    assert "5 notes" in page.text
    page.search("gradient clipping norm limit")
    assert "private:" in page.text.replace("\\", "") and "Covered" in page.text


@pytest.mark.slow
def test_a_private_file_is_nowhere_on_the_page_of_another_visitor(open_page):
    mine, other = open_page().view("Add files").add(("canary.md", b"# Canary\n\ncanary-4711 sings")), open_page()
    assert "Canary" in mine.text
    private = mine.app.session_state["private_uploads"].list()[0].note.path
    for page in (other, other.view("Add files"), other.search("canary-4711 sings"), open_page({"note": private})):
        assert "anary" not in page.text.replace("canary-4711 sings", "")


@pytest.mark.slow
def test_the_same_file_again_is_asked_about_and_replaced_or_kept_beside(open_page):
    page = open_page().view("Add files").add(("clip.md", MARKDOWN)).add(("other.md", MARKDOWN))
    assert "**other.md** is here already as “Gradient clipping”, with the same content." in page.text
    page.press("Leave it")
    assert "4 notes" in page.text
    page.add(("clip.md", TEXT))
    assert "the same name and other content" in page.text
    page.press("Keep both")
    assert "5 notes" in page.text
    page.add(("clip.md", MARKDOWN)).press("Replace it")
    assert "5 notes" in page.text and "**clip.md** can be asked about" in page.text


def test_an_upload_is_renamed_and_deleted(open_page):
    page = open_page().view("Add files").add(("zephyr.txt", TEXT))
    title = next(field for field in page.app.text_input if field.label == "Title")
    title.set_value("The \u202ecluster:   twelve")
    page.press("Save")
    assert "“The cluster\\: twelve”" in page.text
    page.press("Delete it")
    assert "twelve”" not in page.text and "3 notes" in page.text


def test_uploads_to_the_folder_are_guarded_by_the_password_and_seen_by_all(open_page):
    page = open_page(uploads="folder", admin_password="secret").view("Add files")
    assert "everyone" in page.text and not page.app.main.file_uploader
    page.app.text_input[-1].set_value("wrong")
    page.press("Open")
    assert "This is not the password" in page.text and not page.app.main.file_uploader
    page.app.text_input[-1].set_value("secret")
    page.press("Open").add(("zephyr.txt", TEXT))
    assert "can be asked about" in page.text
    assert "4 notes" in open_page(uploads="folder", admin_password="secret").text


def test_where_uploads_are_off_there_is_no_way_to_add_any(open_page):
    page = open_page(uploads="off")
    assert page.app.main.button_group(key="notes_view").options == ["Topics", "Map"] and not page.app.main.file_uploader


def test_the_map_shows_the_last_question_amid_its_passages(open_page):
    page = open_page().view("Map")
    assert "Ask something in the chat" in page.text
    retrieval = retriever_of(WordEmbedder())
    store = page.store
    found = retrieval.find(store.catalog(), "How many nodes has Zephyr?")
    chats = Chats()
    exchange = chats.chat.ask("How many nodes has Zephyr?", decoding_for("focused"), 3)
    exchange.draft.sources = found.hits
    page.app.session_state["chats"] = chats
    page.app.run(timeout=PATIENCE)
    assert not page.app.exception
    assert "your last question, “How many nodes has Zephyr?”, amid its 3 numbered passages" in page.text


@pytest.mark.parametrize(
    "path, topic",
    [
        ("a.md", "Other notes"),
        ("language-models/x.md", "Language models"),
        ("uploads/x.md", "Added files"),
        ("private:x.md", "Your files"),
    ],
)
def test_the_topic_of_a_note_is_its_folder_in_words(path, topic):
    assert topic_of(path) == topic and by_topic([]) == {}
