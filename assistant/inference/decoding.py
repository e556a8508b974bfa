"""How the model chooses its next token: presets that say what they do, and checks on every parameter."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from assistant.core.errors import SettingsError
from assistant.core.records import ModelInfo


@dataclass(frozen=True, slots=True)
class Decoding:
    """Decoding parameters, named as in Hugging Face's ``GenerationConfig``."""

    preset: str = "focused"
    max_new_tokens: int = 160  # longest answer
    num_beams: int = 1  # 1: no beam search; 0: as suits the model, see ``for_model``
    no_repeat_ngram_size: int = 0  # 0: off; 2 forbids any pair of tokens to occur twice (beam search only)
    early_stopping: bool = False  # beam search ends as soon as num_beams answers are complete
    temperature: float = 0.0  # 0: always the likeliest token
    top_k: int = 0  # 0: off
    top_p: float = 1.0  # 1: off
    repetition_penalty: float = 1.0  # 1: off; higher makes used tokens less likely, and quoting harder
    seed: int = 0  # of sampling: the same seed, prompt and parameters give the same answer
    beam_stage: int = 0  # tokens after which the CPU engine keeps and shows the likeliest beam; 0: only at the end

    @property
    def samples(self) -> bool:
        """Whether tokens are drawn at random rather than taken by rank."""
        return self.temperature > 0

    def for_model(self, model: ModelInfo, *, retells: bool) -> Decoding:
        """This decoding with the number of beams settled, where it was left open.

        A model that is so small that it ``retells`` one passage strays from it when it takes the likeliest token each
        time; with three beams in short stages half of its sentences are supported by the notes instead of one in five
        (docs/evaluation.md). Only the CPU engine has stages. Other models take the likeliest token.
        """
        if self.num_beams:
            return self
        if retells and model.engine == "openvino" and not self.samples:
            return replace(self, num_beams=3, early_stopping=True, beam_stage=16)
        return replace(self, num_beams=1)

    def checked(self) -> Decoding:
        """This decoding when its values can work together; raises SettingsError naming the one that cannot."""
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{name} must be from {low} to {high}, got {value}.")
        if self.num_beams > 1 and self.samples:
            raise SettingsError(
                f"Beam search takes the likeliest answers and sampling draws at random: with num_beams "
                f"{self.num_beams}, temperature must be 0, got {self.temperature}. Set one of them back."
            )
        for name, says in (("early_stopping", "when beam search ends"), ("beam_stage", "when it keeps a beam")):
            if getattr(self, name) and self.num_beams < 2:
                raise SettingsError(f"{name} says {says}: it needs num_beams of at least 2, got {self.num_beams}.")
        if self.no_repeat_ngram_size and self.num_beams < 2:
            raise SettingsError(
                f"no_repeat_ngram_size works with beam search: with {self.no_repeat_ngram_size}, num_beams must be at "
                f"least 2, got {self.num_beams}. Without beams, use repetition_penalty."
            )
        if not self.samples and (self.top_k or self.top_p < 1):
            raise SettingsError("top_k and top_p narrow down sampling: they need a temperature above 0, got 0.")
        return self


_RANGES: tuple[tuple[str, float, float], ...] = (
    ("max_new_tokens", 1, 512),
    ("num_beams", 0, 10),
    ("beam_stage", 0, 512),
    ("no_repeat_ngram_size", 0, 10),
    ("temperature", 0.0, 2.0),
    ("top_k", 0, 1000),
    ("top_p", 0.05, 1.0),
    ("repetition_penalty", 1.0, 2.0),
    ("seed", 0, 2**31 - 1),
)


def limits(name: str) -> tuple[float, float]:
    """The lowest and the highest value of a parameter."""
    return next((low, high) for known, low, high in _RANGES if known == name)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named decoding and one sentence that says what a reader will notice."""

    decoding: Decoding
    label: str
    says: str


PRESETS: dict[str, Preset] = {
    "focused": Preset(
        # No repetition_penalty: it counts the prompt's words, and the model could not quote.
        Decoding("focused", num_beams=0),
        "Focused",
        "The likeliest words: closest to the notes, and the same answer each time.",
    ),
    "balanced": Preset(
        Decoding("balanced", temperature=0.6, top_p=0.9, repetition_penalty=1.05),
        "Balanced",
        "Some chance in the choice of words: livelier, still near the notes.",
    ),
    "creative": Preset(
        Decoding("creative", max_new_tokens=200, temperature=1.0, top_k=50, top_p=0.95, repetition_penalty=1.1),
        "Creative",
        "Free choice of words: varied, and more of it will not be in the notes.",
    ),
    "seed": Preset(
        Decoding("seed", max_new_tokens=100, num_beams=5, no_repeat_ngram_size=2, early_stopping=True),
        "Seed recipe",
        "Five beams, no pair of tokens twice, at most 100 tokens. It cannot stream: the answer comes at once.",
    ),
}


def decoding_for(preset: str, **changes: int | float | bool | None) -> Decoding:
    """A preset with some parameters changed, checked. Raises SettingsError on an unknown name or a bad value."""
    if preset not in PRESETS:
        raise SettingsError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}.")
    known = {field.name for field in fields(Decoding)} - {"preset"}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a decoding parameter; there are {', '.join(sorted(known))}.")
    given = {name: value for name, value in changes.items() if value is not None}
    return replace(PRESETS[preset].decoding, **given).checked()  # type: ignore[arg-type]
