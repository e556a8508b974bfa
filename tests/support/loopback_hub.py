"""A model hub on a loopback port that serves one folder as one model and single files of others, and can fail."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

MODEL = "someone/tiny-gpt2"
CHUNK = 64 * 1024


class LoopbackHub:
    """The routes that huggingface_hub calls for a download: the model's listing, and files behind a redirect."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commit = "a" * 40
        self.requests: list[tuple[str, str, str]] = []  # method, path, Range
        self.damaged: set[str] = set()  # files served with a wrong byte
        self.break_after: int | None = None  # bytes of the weights after which the connection breaks, once
        self.bytes_per_second: float | None = None  # of the weights
        self.files: dict[str, Path] = {}  # files of other models, by "model/name"
        self.page: bytes | None = None  # served instead of the listing, as a captive portal does
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def ranges(self, name: str) -> list[str]:
        """The Range header of each request for the content of a file."""
        return [given for method, path, given in self.requests if method == "GET" and path == f"/content/{name}"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def listing(self) -> dict:
        siblings = []
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            name = path.relative_to(self.folder).as_posix()
            blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
            entry = {"rfilename": name, "size": len(content), "blobId": blob}
            if is_large(name):
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"size": len(content), "sha256": sha256, "pointerSize": 134}
            siblings.append(entry)
        return {"_id": "1", "id": MODEL, "modelId": MODEL, "sha": self.commit, "siblings": siblings}


def is_large(name: str) -> bool:
    return name.endswith((".safetensors", ".bin"))


def _handler(hub: LoopbackHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            path = urlsplit(self.path).path
            hub.requests.append((self.command, path, self.headers.get("Range", "")))
            if path == f"/api/models/{MODEL}" and hub.page is not None:
                self.answer(200, hub.page, {"Content-Type": "text/html"})
            elif path == f"/api/models/{MODEL}":
                self.answer(200, json.dumps(hub.listing()).encode(), {"Content-Type": "application/json"})
            elif path.startswith(f"/{MODEL}/resolve/"):
                self.redirect(path.rsplit("/", 1)[1])
            elif "/resolve/" in path and self.elsewhere(path):
                given = self.described(self.elsewhere(path))
                self.answer(302, b"", given | {"Location": f"{hub.address}/files{path}"})
            elif path.startswith("/files/") and self.elsewhere(path.removeprefix("/files")):
                self.answer(200, self.elsewhere(path.removeprefix("/files")).read_bytes(), {"Accept-Ranges": "bytes"})
            elif path.startswith("/content/") and (hub.folder / path.rsplit("/", 1)[1]).is_file():
                self.content(path.rsplit("/", 1)[1])
            else:
                self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        def elsewhere(self, path):
            """The file of another model that ``/model/resolve/commit/name`` asks for."""
            model, _, rest = path.removeprefix("/").partition("/resolve/")
            return hub.files.get(f"{model}/{rest.partition('/')[2]}")

        def described(self, file):
            return {"X-Repo-Commit": hub.commit, "X-Linked-Size": str(file.stat().st_size), "ETag": '"listed"'}

        def redirect(self, name):
            self.answer(302, b"", self.described(hub.folder / name) | {"Location": f"{hub.address}/content/{name}"})

        def content(self, name):
            data = bytearray((hub.folder / name).read_bytes())
            if name in hub.damaged:
                data[len(data) // 2] ^= 1
            asked = self.headers.get("Range", "")
            start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
            headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "Accept-Ranges": "bytes"}
            if asked:
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.answer(206 if asked else 200, bytes(data[start:]), headers, slow=name == "model.safetensors")

        def answer(self, status, body, headers, slow=False):
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            limit, hub.break_after = (hub.break_after, None) if slow else (None, hub.break_after)
            for start in range(0, len(body), CHUNK):
                if limit is not None and start >= limit:
                    self.close_connection = True
                    return
                self.wfile.write(body[start : start + CHUNK])
                if slow and hub.bytes_per_second:
                    time.sleep(CHUNK / hub.bytes_per_second)

        def handle(self):
            with contextlib.suppress(ConnectionError):  # the client was killed
                super().handle()

    return Handler
