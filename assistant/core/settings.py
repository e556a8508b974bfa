"""Every knob of the assistant in one place, with what turning it does.

Each is read from the environment as ``ASSISTANT_<NAME>``. Streamlit copies the top-level secrets of a hosted app
into the environment, so a secret of the same name works too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.core.errors import SettingsError

REPOSITORY = Path(__file__).resolve().parents[2]


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """The knobs, frozen once read."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", frozen=True, extra="ignore")

    knowledge: Path = Field(
        default=REPOSITORY / "knowledge", description="Folder of notes that answers are grounded in."
    )
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("deep-learning-assistant", appauthor=False)),
        description="Cache folder for the index and converted models. Deleting it loses nothing but time.",
    )
    model: str = Field(
        default="auto",
        description="auto: GPT-2 XL where it can be had, otherwise the embedded model. none: notes only. "
        "Or a Hugging Face model id, a local folder, or a GGUF file.",
    )
    download: bool = Field(
        default=True,
        description="Get a better model from the Hugging Face hub in the background (6.4 GB for GPT-2 XL) while the "
        "embedded one answers. false: only what is on this host.",
    )
    engine: Literal["auto", "openvino", "torch"] = Field(
        default="auto",
        description="openvino: fast on CPUs. torch: the reference, and GPUs. auto takes torch only on a GPU.",
    )
    endpoint: str = Field(
        default="",
        description="Address of an OpenAI-compatible server, such as http://gpu-box:8000/v1. Several, separated "
        "by commas, are tried in turn. When set, no model runs on this machine.",
    )
    api_key: SecretStr = Field(default=SecretStr(""), description="Key for the endpoint, if it wants one.")
    embedder: str = Field(
        default="packaged",
        description="packaged: the all-MiniLM-L6-v2 that pip installed. Or any sentence-transformers id or folder. "
        "Changing it rebuilds the index.",
    )
    snippets: int = Field(
        default=3, ge=1, le=10, description="Passages put before the question. More: fuller context, slower."
    )
    preset: str = Field(default="focused", description="How the model decodes unless the visitor chooses.")
    running: int = Field(
        default=8, ge=1, le=64, description="Answers generated at once. More: fairer, each one slower."
    )
    waiting: int = Field(
        default=32,
        ge=0,
        le=1000,
        description="Visitors who may wait for an answer; the next is told to come back.",
    )
    question_limit: int = Field(
        default=6000, ge=50, le=20000, description="Longest question, in characters; longer ones are refused."
    )
    uploads: Literal["auto", "folder", "session", "off", ""] = Field(
        default="auto",
        description="Where notes go that are added in the page. folder: into knowledge/uploads, for everyone. session: "
        "only that visitor, gone with the session. off: nobody can add any. auto: folder behind the password if one is "
        "set, else folder for a browser on this very machine and session for everybody else and on public hosts.",
    )
    admin_password: SecretStr = Field(
        default=SecretStr(""), description="Password that guards the folder of uploads, if one is set."
    )
    feedback: str = Field(
        default="",
        description="File that visitors' ratings are appended to, as JSON lines without any word of who they are. "
        "Empty: feedback.jsonl in ASSISTANT_HOME. off: no ratings are asked for.",
    )
    threads: int = Field(default=0, ge=0, description="CPU threads of the generator; 0 takes what the host offers.")
    log: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO",
        description="From which level on the page logs to standard error. INFO: a line a question, without its words.",
    )
    log_questions: bool = Field(
        default=False,
        description="Write the words of questions and answers into the log, too. Tell your visitors if you do.",
    )


def read_settings(**given: object) -> Settings:
    """Settings from the environment, with what was given on the command line on top.

    Raises SettingsError with one line that names the setting and what it must be.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as fault:
        first = fault.errors()[0]
        name = "ASSISTANT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}, got {first['input']!r}. Correct it or unset it.") from None
