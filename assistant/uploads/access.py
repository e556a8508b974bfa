"""Who may add notes, and where they go: one setting, a password that guards it, and a careful default."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from assistant.core.errors import UploadError
from assistant.core.settings import Settings

Place = Literal["folder", "session", "off"]
TRIES = 5  # wrong passwords in WINDOW_SECONDS, by all visitors together: sessions cost an attacker nothing
WINDOW_SECONDS = 60.0
COMMUNITY_CLOUD = Path("/mount/src")  # where Streamlit Community Cloud keeps the checkout
PUBLIC_SIGNS = (  # variables that hosting services set
    "SPACE_ID",  # Hugging Face Spaces
    "KUBERNETES_SERVICE_HOST",
    "K_SERVICE",  # Google Cloud Run
    "DYNO",  # Heroku
    "RENDER",
    "FLY_APP_NAME",
    "RAILWAY_ENVIRONMENT",
    "WEBSITE_SITE_NAME",  # Azure App Service
    "AWS_EXECUTION_ENV",
)


def place_for(settings: Settings, *, here: bool, public: bool) -> Place:
    """Where this visitor's uploads go.

    What the setting says. Left to itself: into the folder when a password guards it; private on a public host; on any
    other machine into the folder for a browser on that machine (``here``), and private for everybody else.
    """
    if settings.uploads in ("folder", "session", "off"):
        return settings.uploads
    if settings.admin_password.get_secret_value():
        return "folder"
    return "folder" if here and not public else "session"


def on_public_host(environment: Mapping[str, str] = os.environ, mount: Path = COMMUNITY_CLOUD) -> bool:
    """Whether this process runs where strangers are the visitors, by what hosting services leave to be seen."""
    return mount.is_dir() or any(environment.get(sign) for sign in PUBLIC_SIGNS)


class Gate:
    """The password before the folder: compared in constant time, a few tries a minute for all visitors together."""

    def __init__(self, password: str, now: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(password)
        self.locked = bool(password)  # whether there is a password at all
        self._now = now
        self._wrong: deque[float] = deque(maxlen=TRIES)
        self._lock = threading.Lock()

    def open(self, given: str) -> None:
        """Return when the password is right. Raises UploadError when it is wrong or there were too many tries."""
        with self._lock:
            now = self._now()
            if len(self._wrong) == TRIES and now - self._wrong[0] < WINDOW_SECONDS:
                wait = WINDOW_SECONDS - (now - self._wrong[0])
                raise UploadError(f"Too many wrong passwords. Try again in {wait:.0f} seconds.")
            if not hmac.compare_digest(_digest(given), self._digest):
                self._wrong.append(now)
                raise UploadError("This is not the password. Ask the host for it.")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()  # of one length, whatever was typed
