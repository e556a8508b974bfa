"""What a question is about: "how does label smoothing help?" is about label smoothing, told without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.subjects import subjects_of_heading
from assistant.understanding.following.frames import both_sides, framed, object_of, trimmed, without_wishes
from assistant.understanding.following.message import Message
from assistant.understanding.following.word_classes import ASKING, FIRST_PERSON, PREPOSITIONS
from assistant.understanding.following.words import (
    Word,
    chunks_of,
    content_of,
    is_proper,
    keys_of,
    named_in,
    words_of,
)

LONGEST_WORDS = 9  # of a subject; what is longer is a story, of which the first words are kept
MANY_NAMED = 6  # content words of a story
LONGEST_PLACE = 4  # words of "in RL" before a question
LONGEST_CHARACTERS = 600  # of a question that are read
_IN_WHAT_WAY = re.compile(r"\bin (?:what|which) (?:ways?|sense|respects?)\b", re.I)
_TAKEN_BACK = re.compile(r"^.{0,300}?(?:\.\.\.|…|, )\s?no, ")
_TALKS_ON = re.compile(
    r",? and (?=(?:what|why|how|when|where|which|who|does|do|is|are|should|can)\b)|[.?!;:]\s|\.\.\.|\s[-–]\s|"
    r", (?=(?:i|we|my|but|so|because|what|how|why)\b)",
    re.I,
)


def subject_of(question: str, section: str = "") -> str:
    """What a question is about, in its own words; empty when it names nothing.

    ``section`` is the "note.md#heading" that was quoted for it first: what both name is the surest.
    """
    text = _IN_WHAT_WAY.sub("how", Message.of(question[:LONGEST_CHARACTERS]).plain)
    if pair := _pair_of(text):
        return pair
    first = _first_sentence(text)
    asked = without_wishes(first)
    found = framed(asked)
    name = trimmed(found.text) if found else ""
    if found and found.kind == "task":
        return _cut(trimmed(object_of(name)) or name)
    if found and found.kind == "clause":
        return _cut(shared_with(section, first) or _before_verb(name))
    if found:
        name = f"{name} {_place(found.before)}".strip()
    if not name or len(words_of(name)) > LONGEST_WORDS:
        name = _of_story(text, asked, shared_with(section, text))
    return _cut(name)


def _of_story(text: str, asked: str, sure: str) -> str:
    """What somebody speaks of who asks nothing: "my rnn gradients blow up, I heard about clipping"."""
    words = words_of(text)
    is_sure = len(words_of(sure)) > 1 or is_proper(sure)
    if words and words[0].lower in FIRST_PERSON and not is_sure:
        return " ".join(word.text for word in content_of(words)[:MANY_NAMED])
    return sure or trimmed(asked)


def _place(before: str) -> str:
    """The place before a question, such as "in RL" of "in RL, what is the policy?": it belongs to the subject."""
    words = words_of(before)
    return before if words and words[0].lower in PREPOSITIONS and len(words) <= LONGEST_PLACE else ""


def shared_with(section: str, text: str) -> str:
    """The words of a text that the quoted section's heading, or else the name of its note, is about."""
    note, _, path = section.partition("#")
    heading = path.rsplit(" › ", 1)[-1]
    words = words_of(text)
    said = set(keys_of(word.text for word in words))
    defined = [name for name in subjects_of_heading(heading) if set(keys_of(name.split())) <= said]
    whole = {tuple(word.start for word in chunk) for chunk in chunks_of(words)}
    for named in (heading, note.rsplit("/", 1)[-1].removesuffix(".md")):
        content = content_of(words_of(named))
        run = _longest_run(words, set(keys_of(word.text for word in content)))
        if len(run) < 2 and any(" " in name for name in defined):
            break  # "gradients", and further on "clipping": the heading has both together
        # One word of several that stand together may be any: "model" of "trained model".
        is_name = len(run) > 1 or tuple(word.start for word in run) in whole
        if run and (is_name or keys_of([run[0].text]) == keys_of([content[0].text]) or is_proper(run[0].text)):
            return text[run[0].start : run[-1].end]
    return max(defined, key=len, default="")


def _longest_run(words: Sequence[Word], keys: set[str]) -> list[Word]:
    """The most content words of a heading that follow one another; small words may stand between them."""
    best: list[Word] = []
    run: list[Word] = []
    held: list[Word] = []  # small words that may yet turn out to stand inside the run
    for word in words:
        if word.is_content and set(keys_of([word.text])) <= keys:
            run += [*held, word]
            held = []
            if len(content_of(run)) > len(content_of(best)):
                best = list(run)
        elif run and not word.is_content and len(held) < 2:
            held.append(word)
        else:
            run, held = [], []
        if word.ends_clause:
            run, held = [], []
    return best


def _pair_of(text: str) -> str:
    """Both sides of a comparison, in one name."""
    sides = both_sides(text)
    if sides is None:
        return ""
    one, other = trimmed(sides[0]), trimmed(_TALKS_ON.split(sides[1])[0])
    return _cut(f"{one} and {other}") if named_in(one) and named_in(other) else ""


def _first_sentence(text: str) -> str:
    """The first part of a text that asks for something it names; a start that was taken back is left out."""
    text = _TAKEN_BACK.sub("", text)
    parts = [part for part in _TALKS_ON.split(text) if content_of(words_of(part))]
    asking = (part for part in parts if any(word.lower in ASKING for word in words_of(part)))
    return next(asking, parts[0]).strip(" ,.?!;:") if parts else text


def _before_verb(text: str) -> str:
    """The beginning of "stable diffusion generate a image": what stands before the verb, where that can be told."""
    words = words_of(text)
    end = next((at for at, word in enumerate(words) if word.ends_clause and at), len(words))
    words = words[: end + 1]
    chunks = chunks_of(words)
    if not chunks:
        return trimmed(text)
    first = chunks[0]
    after = next((word for word in words if word.start >= first[-1].end), None)
    if len(first) > 1 and after is not None and after.lower in ("a", "an", "the", "this", "its", "their", "my", "any"):
        first = first[:-1]
    elif after is not None and after.lower in ("of", "and", "in") and len(chunks) > 1:
        first = [*first, *chunks[1]]
    return text[first[0].start : first[-1].end]


def _cut(name: str) -> str:
    words = words_of(name)
    if not content_of(words):
        return ""
    return name if len(words) <= LONGEST_WORDS else trimmed(name[: words[LONGEST_WORDS - 1].end])
