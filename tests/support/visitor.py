"""A visitor of the page without a browser: Streamlit's own protocol over a real websocket.

Streamlit sends protobuf frames (ForwardMsg) that say what to draw where, and takes frames (BackMsg) that say what the
visitor did; see streamlit/proto in the installed package.
"""

from __future__ import annotations

import asyncio
import urllib.request
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import ClassVar

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 600.0  # seconds; machines that run tests may be slow
DONE = ForwardMsg.FINISHED_SUCCESSFULLY


class Visitor:
    """One session. ``frames`` holds every frame that the server sent, as it came.

    ``secrets`` are looked for in every frame of every visitor; ``told`` are those that were found.
    """

    secrets: ClassVar[set[bytes]] = set()
    told: ClassVar[set[bytes]] = set()

    def __init__(self, port: int) -> None:
        self._port = port
        self.frames: list[bytes] = []
        self.runs = 0  # script runs that came to their end
        self.session = ""
        self.widgets: dict[str, str] = {}  # key in the program -> id
        self.pages: dict[str, str] = {}  # last part of a page's address -> its hash
        self.clocks: set[str] = set()  # fragments that the browser runs every so often; here nothing strikes by itself
        self.is_running = False  # whether the server draws the page now
        self._page = ""
        self._drawn: dict[tuple[int, ...], str] = {}
        self._links: dict[str, str] = {}  # file id -> address for its upload

    async def __aenter__(self) -> Visitor:
        """Open the page and wait until it is drawn."""
        self._news = asyncio.Event()
        await self._connect("streamlit")
        await self.rerun()
        await self.until(lambda: self.runs > 0 and "question" in self.widgets)
        return self

    async def _connect(self, *protocols: str) -> None:
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self._port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol(name) for name in protocols],
            max_size=None,
            proxy=None,
            open_timeout=PATIENCE,
            ping_timeout=None,
        )
        self._reader = asyncio.create_task(self._read())

    async def lose_connection(self) -> None:
        """Lose it, as a train in a tunnel does."""
        self._reader.cancel()
        await self._socket.close()

    async def come_back(self) -> None:
        """Connect again to the same session, and have the page drawn."""
        await self._connect("streamlit", "unused", self.session)
        await self.rerun()

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the tab."""
        await self.lose_connection()

    @property
    def text(self) -> str:
        """All that is drawn now as Markdown, from top to bottom."""
        return "\n".join(self._drawn[path] for path in sorted(self._drawn))

    async def rerun(self, *states: WidgetState) -> None:
        """Tell the server what the visitor did."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.widget_states.widgets.extend(states)
        await self._send(message)

    async def draw_again(self, *states: WidgetState) -> str:
        """Tell the server what the visitor did, and wait until the page is drawn; all that is on it."""
        runs = self.runs
        await self.rerun(*states)
        await self.until(lambda: self.runs > runs)
        return self.text

    async def begin(self, question: str) -> None:
        """Ask, and do not wait."""
        state = WidgetState(id=self.widgets["question"])
        state.chat_input_value.data = question
        await self.rerun(state)

    async def ask(self, question: str) -> str:
        """Ask, and wait for the end of the answer; all that is then drawn."""
        runs = self.runs
        await self.begin(question)
        await self.until(lambda: self.runs > runs)
        return self.text

    async def attach(self, question: str, files: dict[str, bytes]) -> None:
        """Ask with files attached, and do not wait."""
        state = WidgetState(id=self.widgets["question"])
        state.chat_input_value.data = question
        for name, content in files.items():
            info = state.chat_input_value.file_uploader_state.uploaded_file_info.add()
            info.CopyFrom(await self.upload(name, content))
        await self.rerun(state)

    async def strike(self, clock: str) -> None:
        """What the browser sends when a clock of the page strikes."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = clock
        message.rerun_script.is_auto_rerun = True
        await self._send(message)

    async def go(self, page: str) -> str:
        """Open a page of the app by the last part of its address."""
        self._page = self.pages[page]
        return await self.draw_again()

    async def add_file(self, name: str, content: bytes) -> str:
        """Add a note on the page for them, and come back to the chat; what was drawn there."""
        await self.go("notes")
        view = WidgetState(id=self.widgets["notes_view"])
        view.string_array_value.data.append("Add files")
        await self.draw_again(view)
        state = WidgetState(id=self.widgets["uploads_0"])
        state.file_uploader_state_value.uploaded_file_info.add().CopyFrom(await self.upload(name, content))
        await self.rerun(view, state)
        await self.until(lambda: "can be asked about" in self.text)
        drawn = self.text
        await self.go("")
        return drawn

    async def stop(self) -> None:
        """Press Stop."""
        await self._send(BackMsg(stop_script=True))

    async def clear_cache(self) -> None:
        """What anybody's browser may send, whatever the menu offers."""
        await self._send(BackMsg(clear_cache=True))

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait for something that frames bring about; when it does not come, the failure shows the page's end."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    if self._reader.done():
                        self._reader.result()
                        raise AssertionError("the server closed the connection")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(
                f"nothing came within {seconds:.0f} s; the page ends with: {self.text[-600:]}"
            ) from None

    async def upload(self, name: str, content: bytes) -> UploadedFileInfo:
        """Send a file as the browser does, before the page is told of it. Raises HTTPError when it is refused."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.append(name)
        self._links.clear()
        await self._send(message)
        await self.until(lambda: self._links)
        ((file_id, link),) = self._links.items()
        await asyncio.to_thread(self._put, link, name, content)
        info = UploadedFileInfo(file_id=file_id, name=name, size=len(content))
        info.file_urls.file_id, info.file_urls.upload_url = file_id, link
        return info

    def _put(self, link: str, name: str, content: bytes) -> None:
        token, mark = self._xsrf(), uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{link}",
            data=head.encode() + content + f"\r\n--{mark}--\r\n".encode(),
            method="PUT",
            headers={
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "X-Xsrftoken": token,
                "Cookie": f"_streamlit_xsrf={token}",
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE):
            pass

    def _xsrf(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/_stcore/health", timeout=PATIENCE) as answer:
            cookie = answer.headers.get("Set-Cookie") or ""
        return cookie.partition("_streamlit_xsrf=")[2].partition(";")[0]

    async def _send(self, message: BackMsg) -> None:
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                assert isinstance(frame, bytes)
                self.frames.append(frame)
                self.told.update(secret for secret in self.secrets if secret in frame)
                self._take(ForwardMsg.FromString(frame))
                self._news.set()
        finally:
            self._news.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session, self._page = message.new_session.initialize.session_id, message.new_session.page_script_hash
            if not message.metadata.run.fragment_ids:
                self._drawn.clear()
                self.clocks.clear()
        elif kind == "session_status_changed":
            self.is_running = message.session_status_changed.script_is_running
        elif kind == "script_finished" and message.script_finished == DONE:
            self.runs += 1
        elif kind == "auto_rerun":
            self.clocks.add(message.auto_rerun.fragment_id)
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "file_urls_response":
            self._links = {urls.file_id: urls.upload_url for urls in message.file_urls_response.file_urls}
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message)

    def _draw(self, path: tuple[int, ...], message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind:  # an element takes the place of all that was in the container before it
            for inner in [inner for inner in self._drawn if inner[: len(path)] == path]:
                del self._drawn[inner]
        if kind in ("chat_input", "button_group", "file_uploader", "radio"):
            name = getattr(element, kind).id
            self.widgets[name.split("-", 2)[-1]] = name
        elif kind == "markdown":
            self._drawn[path] = element.markdown.body
        elif kind == "progress":
            self._drawn[path] = element.progress.text
        elif kind == "alert":
            self._drawn[path] = element.alert.body
