"""Which words are right as they are typed: those of the notes, of English, and what belongs to both."""

from __future__ import annotations

import re

from assistant.retrieval.index.abbreviations import SHORTHAND
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.query.spelling import as_in_notes
from assistant.understanding.names.english import english

# Contractions as they are typed without their apostrophe, and what is written only in chats.
_CONTRACTED = """
    aint arent cant couldnt couldve didnt doesnt dont hadnt hasnt havent heres hes howd hows isnt itll ive lets mightnt
    mustnt neednt oughtnt shant shes shouldnt shouldve thats theres theyd theyll theyre theyve wasnt werent whats whens
    wheres whos whys wont wouldnt wouldve yall youd youll youre youve
    dunno gimme gonna gotta kinda lemme outta sorta thanx thnx wanna
"""
_CONTRACTIONS = frozenset(_CONTRACTED.split())
_AMERICAN = re.compile(r"or(?=$|s$|ed$|ing$|ful|ite)")
_PREFIX = re.compile(
    r"(?:anti|auto|co|de|inter|mis|multi|non|out|over|post|pre|re|self|semi|sub|super|un|under)(?=\w{4})"
)


def is_known(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word in lower case is one of the notes, in any form, or of English, in either spelling."""
    return vocabulary.knows(word) or is_right(word, vocabulary)


def is_right(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word in lower case is held just so, or English: "trainned" is not, though it has a known stem."""
    if vocabulary.count(word) or is_english(word) or word in _CONTRACTIONS or word.removesuffix("s") in SHORTHAND:
        return True
    return as_in_notes(word, vocabulary.frequency) != word


def is_english(word: str) -> bool:
    """Whether a word in lower case is an English one, in either spelling; the list holds many in the British alone."""
    return word in english() or _AMERICAN.sub("our", word) in english()


def is_derived(word: str) -> bool:
    """Whether a word in lower case is an English one behind a prefix: "miscount"."""
    prefix = _PREFIX.match(word)
    return prefix is not None and word[prefix.end() :] in english()
