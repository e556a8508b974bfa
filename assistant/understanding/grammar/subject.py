"""What a question is about, and how a later one that only points back is told with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.grammar.names import whole_name
from assistant.understanding.grammar.words import (
    AUXILIARY,
    DETERMINERS,
    Held,
    content_of,
    is_name,
    without_connective,
    word_set,
)

_NAMED = (  # what opens a question right before the name that it is about
    re.compile(r"(?:what(?:\s+(?:is|are)|['’]?s)\s+)?(?:the\s+)?differences?\s+between\s+", re.I),
    re.compile(
        r"(?:what(?:\s+(?:is|are|was|were)|['’]?s|['’]re)|explain|define|describe|tell\s+me\s+about|"
        r"definition\s+of|meaning\s+of|who\s+(?:is|are))\s+(?:meant\s+by\s+|(?:the\s+)?"
        r"(?:meaning|definition|idea|point|purpose|role|goal|use|intuition)\s+(?:of|behind)\s+)?",
        re.I,
    ),
    re.compile(r"(?:what|which\s+\w+)\s+(?:causes?|leads?\s+to)\s+", re.I),
    re.compile(r"what\s+(?:does|do)\s+(?=[^,;:?]{2,60}?\s+(?:do|mean|stand\s+for|look\s+like)\b)", re.I),
    re.compile(
        r"(?:\w+\s+(?:(?:me|us)\s+)?)?(?:what|how|why)\s+(?=[^,;:?]{2,60}?\s+(?:is|are|does|means?|works?)$)", re.I
    ),
    re.compile(r"how\s+\w+\s+(?:is|are|was|were)\s+", re.I),
)
_MEANS = re.compile(r"\s+(?:means?|works?|stand\s+for|look\s+like)$", re.I)
_DOES = re.compile(r"(?:how|(?:what|which)(?:\s+\w+){0,3}?)\s+(?:does|do|did)\s+", re.I)
_FRAME = re.compile(  # what makes a question of a topic
    r"^(?:(?:what|how|why|when|where|which|who)(?:['’]?(?:s|re))?\b\s*)?(?:(?:much|many|often)\s+)?"
    rf"(?P<asked>(?:\w+\s+){{0,3}}?){AUXILIARY}\s*(?:it\s+mean\s+(?:that|when|if)\s+|(?:i|we|you|one)\s+)?",
    re.I,
)
_QUESTION_WORD = re.compile(r"^(?:what|how|why|when|where|which|who)\s+(?:(?:to|much|many)\s+)?", re.I)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their)\b(?!['’])", re.I)
_POINTER = re.compile(
    r"\b(?:it|its|they|them|their|the\s+(?:two|three|former|latter|same)|each|both|these|those|ones?)\b|"
    r"^which\s+(?:is|are|of)\b|\bwhich\W*$|"
    r"\b(?:is|are|was|does|do|did|can|would|of|for|with|to|in|on|at|from)\s+(?:this|that|these|those)\b|"
    r"\b(?:this|that)\b(?=\s*(?:$|[?.!,;:]|"
    r"(?:is|are|was|does|do|can|in|with|for|from|to|and|then|error|problem|effect|issue|case)\b))",
    re.I,
)
_SEVERAL = re.compile(r"\b(?:both|each|the\s+two|which\s+(?:is|are|of|one))\b|\bwhich\W*$", re.I)
_EXPLETIVE = re.compile(  # "is it possible to ...": this "it" stands for what follows
    r"\bit\s+(?:(?:is|was|be)\s+)?(?:a\s+good\s+idea|make\s+sense|possible|better|necessary|useful|ok|okay|safe|worth|"
    r"enough|normal|hard|easy|true|common|legit|fine|allowed|bad|wise|recommended)\s+(?:to|that|if)\b",
    re.I,
)
_ASKERS = word_set("i we you one")
_INSIDE = word_set("so because if when while since after before that which and but until unless")


@dataclass(frozen=True, slots=True)
class Subject:
    """What later questions point back to: a name that can take the pointer's place, or only a topic."""

    name: str
    topic: str


def subject_of(question: str, held: Held | None = None) -> Subject:
    """The subject of a question; without a name where none is sure."""
    text = without_connective(question).rstrip(" ?!.")
    topic = _FRAME.sub(lambda found: found["asked"], text, count=1)
    topic = _QUESTION_WORD.sub("", topic, count=1).strip() or text
    for pattern in _NAMED:
        found = pattern.match(text)
        if found and (name := whole_name(_MEANS.sub("", text[found.end() :]))):
            return Subject(name, topic)
    if held is not None and (found := _DOES.match(text)):
        return Subject(_before_verb(text[found.end() :], held), topic)
    return Subject(text, text) if is_name(text) else Subject("", topic)


def _before_verb(text: str, held: Held) -> str:
    """The name before a verb that ends a clause: of "HNSW search work in a vector database" it is "HNSW search"."""
    name = whole_name(whole_name(text).rpartition(" ")[0])
    plain = " ".join(word for word in name.split() if word.lower() not in DETERMINERS)
    return name if content_of(plain) and held(plain) > 1 else ""


def points_back(question: str) -> bool:
    """Whether a question holds a word that stands for something said before it."""
    text = _EXPLETIVE.sub("", question)
    return any(not _stands_for_own(text[: found.start()], found[0]) for found in _POINTER.finditer(text))


def points_to_several(question: str) -> bool:
    """Whether that word stands for more than one thing: "which is better", "do I need both"."""
    return bool(_SEVERAL.search(question))


def told_alone(question: str, subject: Subject) -> str:
    """The question with its subject put in: in the pronoun's place, or as a topic before it."""
    found = None if _EXPLETIVE.search(question) else _PRONOUN.search(question)
    if found and subject.name and not _stands_for_own(question[: found.start()], found[0]):
        first, *others = subject.name.split(" ")
        name = " ".join([first.lower() if first.lower() in DETERMINERS else first, *others])
        if found[0].lower() in ("its", "their"):
            name += "'" if name.endswith("s") else "'s"
        return question[: found.start()] + name + question[found.end() :]
    topic = subject.name or subject.topic
    return f"{topic}: {question}" if topic else question


def _stands_for_own(before: str, pointer: str) -> bool:
    """Whether a pointer behind this text means something named in it: "scale the inputs so that they fit"."""
    words = before.lower().split()
    if pointer.lower() in ("its", "their") and content_of(before) and not _ASKERS.intersection(words):
        return True  # "how does RMSprop choose its step"; in "how do I choose its step" it is not mine
    inside = [at for at in range(1, len(words)) if words[at] in _INSIDE or words[at - 1][-1] in ",;"]
    return bool(inside) and bool(content_of(" ".join(words[: inside[-1]])))
