"""The page without a browser: Streamlit's AppTest over parts whose results can be computed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fakes import ScriptedGenerator, WordEmbedder, retriever_of
from streamlit.testing.v1 import AppTest

from assistant.app.assembly import Parts
from assistant.app.loading import Loading
from assistant.chat.assistant import Assistant
from assistant.chat.events import Event
from assistant.core.host import Host
from assistant.core.settings import read_settings
from assistant.inference.models.catalog import Choice
from assistant.retrieval.note_store import NoteStore

COVERED = "Dropout sets random units to zero during training"
UNCOVERED = "Best pizza in Naples"
PATIENCE = 30.0


class ScriptedAssistant:
    """Answers every question with the same events."""

    def __init__(self, *events: Event) -> None:
        self.events = events

    def ask(self, *_: Any, **__: Any) -> Iterator[Event]:
        """The events."""
        yield from self.events


@dataclass
class Page:
    """The page with the generator behind it."""

    app: AppTest
    generator: ScriptedGenerator | None

    def ask(self, question: str) -> Page:
        """Type a question."""
        self.app.chat_input[0].set_value(question)
        return self.run()

    def click(self, key: str) -> Page:
        """Press a button."""
        self.app.button(key=key).click()
        return self.run()

    def choose(self, key: str, option: object) -> Page:
        """Choose from a menu."""
        self.app.menu_button(key=key).click(option)
        return self.run()

    def run(self) -> Page:
        """Draw the page again; whatever happens on it, it shows no trace of an exception."""
        self.app.run(timeout=PATIENCE)
        assert not self.app.exception
        return self

    def parameter(self, label: str) -> Any:
        """A widget of the panel that sets how the model decodes."""
        widgets = [*self.app.sidebar.number_input, *self.app.sidebar.toggle]
        return next(widget for widget in widgets if widget.label == label)

    @property
    def chips(self) -> list[Any]:
        """The sources under the answers."""
        return [button for button in self.app.main.button if "_source_" in (button.key or "")]

    @property
    def offers(self) -> list[Any]:
        """Buttons that ask again because the model failed."""
        return [button for button in self.app.main.button if (button.key or "").endswith("_offer")]

    @property
    def pills(self) -> list[Any]:
        """Questions offered to be asked."""
        return list(self.app.main.pills)

    @property
    def questions(self) -> list[str]:
        """The questions on the page."""
        return [message.markdown[0].value for message in self.app.chat_message if message.name == "user"]

    @property
    def text(self) -> str:
        """Everything drawn in the main part, in order."""
        return _text(self.app.main)

    @property
    def dialog(self) -> str:
        """Everything drawn in the open dialog."""
        return _text(self.app._tree[2])

    @property
    def panel(self) -> str:
        """Everything drawn in the side panel."""
        return _text(self.app.sidebar)


def _text(block: Any) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "code")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(block, kind))


def draw(loading, settings):
    """The script that AppTest runs."""
    from assistant.ui.chat.page import draw_chat_page

    draw_chat_page(loading, settings)


def open_page(
    knowledge, folder, generator=None, *, limit: int = 2000, assistant: Any = None, **settings: object
) -> Page:
    """A page over a knowledge folder, drawn once."""
    chosen = read_settings(knowledge=knowledge, **settings)
    embedder = WordEmbedder()
    store = NoteStore(knowledge, folder / "index", embedder)
    retriever = retriever_of(embedder)
    assistant = assistant or Assistant(retriever, generator, limit)
    host = Host(2**34, 2**34, 2**34, 2, "", 0)
    parts = Parts(chosen, host, Choice(None, "because of a test"), store, retriever, generator, assistant)
    loading = Loading(chosen, lambda *_: parts)
    assert loading.wait(60) is parts
    app = AppTest.from_function(draw, kwargs={"loading": loading, "settings": chosen})
    return Page(app, generator).run()
