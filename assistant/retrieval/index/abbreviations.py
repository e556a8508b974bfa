"""What abbreviations stand for, as the notes say it: "word error rate (WER)" makes "how to calculate WER" clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.core.records import Passage

# Short for something that notes write out without ever naming the short form.
SHORTHAND: Mapping[str, str] = {
    "acc": "accuracy",
    "attn": "attention",
    "backprop": "backpropagation",
    "conv": "convolution",
    "convnet": "convolutional network",
    "finetune": "fine-tune",
    "finetuning": "fine-tuning",
    "grad": "gradient",
    "hparam": "hyperparameter",
    "hyperparam": "hyperparameter",
    "lr": "learning rate",
    "nn": "neural network",
    "param": "parameter",
    "unet": "U-Net",
    "val": "validation",
}
# English words that are abbreviations as well: they count as such only with two capitals, in a question with others.
_ORDINARY = """
    all am amp as ast at cat cd cot dart ed em eve gap gat gin her ice is it mac map mel mig or pet rag
    sac sam se sm so som tan us var we
"""
_WORDS = frozenset(_ORDINARY.split())
_FUNCTION = frozenset(("a", "and", "for", "from", "in", "of", "per", "the", "to"))  # words that lend no letter
_SHORT = re.compile(r" \(([A-Za-z][\w-]{1,7}?)s?\)")
_WORDS_BEFORE = re.compile(r"(?:[\w-]+ ){0,7}[\w-]+$")
LONGEST = 120  # characters in which the meaning of an abbreviation is looked for
_MARKS = str.maketrans("", "", "*`")  # emphasis, as in "**word error rate** (WER)"
_WORD = re.compile(r"[A-Za-z][\w-]*")

Definition = tuple[str, str]  # small letters: short form, what it stands for


@dataclass(frozen=True)
class Abbreviations:
    """Short forms and what they stand for. The empty one knows only what learners write."""

    _defined: Mapping[Passage, tuple[Definition, ...]] = field(default_factory=dict)  # also those that define none
    _meanings: Mapping[str, str] = field(default_factory=lambda: SHORTHAND)

    @classmethod
    def of(cls, passages: Sequence[Passage], before: Abbreviations | None = None) -> Abbreviations:
        """Those that some passages define; what ``before`` found in passages that it holds is taken from there."""
        known = before._defined if before else {}
        defined = {passage: known[passage] if passage in known else definitions(passage) for passage in passages}
        counted = Counter(definition for found in defined.values() for definition in found)
        meanings = dict(SHORTHAND)
        for (short, meaning), _ in reversed(counted.most_common()):  # the commonest meaning comes last and stays
            meanings[short] = meaning
        return cls(defined, meanings)

    def beside(self, other: Abbreviations) -> Abbreviations:
        """Those of both; where they differ, these."""
        return Abbreviations({}, {**other._meanings, **self._meanings})

    def spelled_out(self, question: str) -> str:
        """The question with the meaning of each abbreviation behind it, in brackets, unless it stands there already."""
        said = question.lower()

        def with_meaning(match: re.Match[str]) -> str:
            word = match[0]
            short = word.lower()
            if short not in self._meanings:
                short = short.removesuffix("s")
            meaning = self._meanings.get(short, "")
            is_word = short in _WORDS and (sum(map(str.isupper, word)) < 2 or question.isupper())
            return word if not meaning or is_word or meaning in said else f"{word} ({meaning})"

        return _WORD.sub(with_meaning, question)


def definitions(passage: Passage) -> tuple[Definition, ...]:
    """What a passage defines in the form "long form (SF)", found as in Schwartz and Hearst (2003)."""
    text = f"{passage.title}. {passage.heading}. {passage.text}".translate(_MARKS)
    found = []
    for match in _SHORT.finditer(text):
        short = match[1]
        before = _WORDS_BEFORE.search(text[max(0, match.start() - LONGEST) : match.start()])
        if before and sum(letter.isupper() for letter in short) >= 2:
            meaning = _long_form(short.lower(), before[0].lower())
            if meaning:
                found.append((short.lower(), meaning))
    return tuple(found)


def _long_form(short: str, before: str) -> str:
    """The words of ``before`` that the letters of the short form come from; empty when they do not.

    Read from behind, each letter must be found further to the front, the first one at the start of a word. Stricter
    than the original: every word but function words must begin with one of the letters.
    """
    at = len(before)
    for place in range(len(short) - 1, -1, -1):
        if not short[place].isalnum():
            continue
        at = before.rfind(short[place], 0, at)
        while place == 0 and at > 0 and before[at - 1].isalnum():
            at = before.rfind(short[0], 0, at)
        if at < 0:
            return ""
    meaning = before[before.rfind(" ", 0, at + 1) + 1 :]
    words = [word for word in meaning.split() if word not in _FUNCTION]
    fits = all(word[0] in short for word in words) and len(meaning) > len(short) + 2
    return meaning if fits and short not in words else ""
