"""What a message has said so far that its next question may leave out."""

from __future__ import annotations

from assistant.understanding.grammar.subject import Subject, points_back, points_to_several, subject_of, told_alone
from assistant.understanding.grammar.words import Held, begins_question, content_of, is_name, without_connective

_MARKS = " :,;-–—.?!"
_FRAGMENT = 5  # words
_FEW = 2  # words
_EVERYWHERE = 30  # sections that hold a word which names nothing in particular
_KNOWN_NAME = 5  # sections that hold words as one name


class Said:
    """Keeps the topic, the situation and the subject of the questions before, and puts them into the next question."""

    def __init__(self, held: Held | None) -> None:
        self._held = held
        self._topic = ""  # a name put before its questions
        self._situation = ""  # what else was said before the first question
        self._before: list[Subject] = []  # of the questions so far

    def hears(self, text: str) -> None:
        """A statement, or what stands before the questions of a sentence."""
        if name := topic_of(text):
            self._topic = name
        elif content_of(text):
            self._situation = f"{self._situation} {text.strip()}".strip()

    def leads_to(self, fragment: str) -> bool:
        """Whether a few words with a question mark ask about a situation or topic: "typical cause?"."""
        return bool(self._topic or self._situation) and is_name(without_connective(fragment), _FRAGMENT)

    def asks(self, clause: str, after_head: bool) -> str:
        """A question, told such that it can stand alone. ``after_head``: what was heard last belongs to it."""
        text = without_connective(clause)
        own = subject_of(text, self._held)
        leans = points_back(text) or self._names_nothing(text, own)
        before = self._subject(text)
        if not self._before or (own.name and not leans):
            self._before.append(own)
        if not (self._topic or self._situation or begins_question(text)):
            self._topic = own.name  # "dropout and when to use it": the name that is asked about is the topic from here
        elif self._topic:
            return told_alone(text, Subject(self._topic, self._topic))
        if self._situation and (leans or after_head or not own.name or not begins_question(text)):
            told = told_alone(text, before) if before and before.name and leans else text
            return f"{self._situation}{'' if self._situation[-1] in _MARKS else ':'} {told}"
        return told_alone(text, before) if before and leans else text

    def _names_nothing(self, text: str, own: Subject) -> bool:
        """Whether a question has no subject of its own: "what can I do", "how do I choose k", "what is the price".

        Such a question has at most two words of content, both known from everywhere, and no name but "the ...".
        """
        words = content_of(text)
        if not words or not begins_question(text):
            return not words
        only_an_article = own.name.lower().startswith("the ") and len(content_of(own.name)) < _FEW
        if self._held is None or len(words) > _FEW or (own.name and not only_an_article):
            return False
        if len(words) > 1 and self._held(" ".join(words)) >= _KNOWN_NAME:
            return False
        return all(len(word) == 1 or self._held(word) >= _EVERYWHERE for word in words)

    def _subject(self, text: str) -> Subject | None:
        """What a question can point back to: the last subject, or the last two."""
        names = [subject.name for subject in self._before[-2:] if subject.name]
        if len(names) > 1 and points_to_several(text):
            both = " and ".join(names)
            return Subject(both, both)
        return self._before[-1] if self._before else None


def topic_of(head: str) -> str:
    """The name that stands before questions: of "about batch norm:" it is "batch norm"; "two questions" is none."""
    words = head.rstrip(_MARKS).split()
    if words and words[0].lower() in ("about", "regarding", "on", "concerning"):
        words = words[1:]
    name = " ".join(words)
    return name if is_name(name) and content_of(name) else ""
