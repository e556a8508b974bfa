"""What a word that points can mean: something in its own message, people at large, or what was said before.

Told by where it stands. A name in a clause before it is what it means ("my loss rises and it never falls"); the
subject of its own clause is not ("why do transformers need it?").
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.following.word_classes import ASKING, AUXILIARIES, GENERAL, PREPOSITIONS
from assistant.understanding.following.words import Word, content_of, words_of

FEW_BEFORE = 4  # words before a pointer that can hardly name what it means
_POSSESSIVES = frozenset(("its", "their"))
_CONJUNCTIONS = "if when while because since although though unless until whether that which who so but then as where"
_BEGIN_CLAUSE = frozenset(_CONJUNCTIONS.split()) | ASKING
_BESIDE_NAMED = frozenset(("before", "after", "behind", "around", "above", "below", "beside", "near", "worth"))
_BEHIND_TEXT = (
    "up out down off back again too also instead later myself yourself manually properly correctly exactly please"
)
_BEHIND_OBJECT = frozenset(_BEHIND_TEXT.split())
_BEFORE_VERB = frozenset(("by", "without", "before", "after", "for"))
_OF_PEOPLE = "use used call called say said put mean do choose pick want prefer write talk always often"
_PEOPLE_DO = frozenset(_OF_PEOPLE.split())


def points_outside(words: Sequence[Word], at: int, subject: str) -> bool:
    """Whether nothing in the message can be what the word at this place means."""
    word, before = words[at], words[:at]
    after = words[at + 1] if at + 1 < len(words) else None
    ends = after is None or word.ends_clause
    if word.lower == "they" and _means_people(words, at, subject):
        return False
    if word.lower in ("that", "those") and not _is_pronoun(words, at):
        return False
    if not content_of(before):
        return not (at > FEW_BEFORE and clause_begins_among(words, 0, at - 1))
    if word.lower in _POSSESSIVES or words[at - 1].lower in _BESIDE_NAMED or (word.lower == "that" and not ends):
        return False
    first = next(place for place, each in enumerate(before) if each.is_content)
    if ends or (after is not None and after.lower in PREPOSITIONS | _BEHIND_OBJECT):
        return not clause_begins_among(words, first, at)
    # "how many layers it has": the noun before is what is asked for
    asks_for_noun = words[0].lower in ("how", "what", "which") and after is not None and after.lower in AUXILIARIES
    return asks_for_noun and at + 2 >= len(words) and not any(each.lower in _BEGIN_CLAUSE for each in before[first:])


def _means_people(words: Sequence[Word], at: int, subject: str) -> bool:
    """Whether "they" are people, as in "what do they use for it?": unless what was spoken of are several."""
    after = words[at + 1].lower if at + 1 < len(words) else ""
    does_as_people = after in _PEOPLE_DO and len(content_of(words)) > 1
    if does_as_people or any(word.lower == "people" for word in words[:at]):
        return True
    if is_plural(subject):
        return False
    is_done_to = after in ("are", "were", "be") or words[max(0, at - 1)].lower in ("are", "were")
    return (bool(content_of(words)) and not is_done_to) or after in _PEOPLE_DO


def _is_pronoun(words: Sequence[Word], at: int) -> bool:
    """Whether "that" is no conjunction and joins no clause to the noun before it."""
    after = words[at + 1].lower if at + 1 < len(words) and not words[at].ends_clause else ""
    before = words[at - 1].lower if at else ""
    if not after:
        return True
    if content_of(words[:at]) and after == "of":  # "the contents of this with those of that"
        return False
    return not before or before in AUXILIARIES | PREPOSITIONS | ASKING or after in PREPOSITIONS


def clause_begins_among(words: Sequence[Word], start: int, pointer: int) -> bool:
    """Whether a clause begins between these places, the second being that of the pointer."""
    return any(_begins_clause(words, place, pointer) for place in range(max(start, 0), pointer))


def _begins_clause(words: Sequence[Word], place: int, pointer: int) -> bool:
    word, after = words[place], words[place + 1]
    if word.ends_clause or word.lower in ("and", "or") or (place and word.lower in _BEGIN_CLAUSE):
        return True
    leads_verb = word.lower == "to" or (word.lower in _BEFORE_VERB and after.lower.endswith("ing"))
    return leads_verb and place + 1 != pointer


def is_plural(subject: str) -> bool:
    """Whether "they" can mean a subject."""
    words = words_of(subject)
    if any(word.lower in ("and", "or") for word in words):
        return True
    head = next((words[at - 1] for at, word in enumerate(words) if at and word.lower in PREPOSITIONS), None)
    name = (head or words[-1]).text if words else ""
    is_other = name.endswith(("ss", "us", "is", "OS")) or name.lower() in GENERAL
    return len(name) > 2 and name.endswith("s") and not is_other
