"""How unlikely it is that a word is typed as another one: an edit distance that knows which slips happen often.

Costs are in natural logarithms, so that they can be taken from that of a word's frequency (noisy channel, Kernighan,
Church and Gale 1990). Swapped neighbours, doubled letters and other vowels are what most misspellings are made of.
"""

from __future__ import annotations

SWAPPED = 1.0  # "recieve"
DOUBLED = 2.5  # one of two equal letters left out, or a letter typed twice
VOWEL = 4.0  # another vowel, one too many or too few
LETTER = 5.0  # a consonant too many or too few
SOUND = 4.5  # a consonant that sounds alike or lies beside the other on the keyboard
OTHER = 6.5  # any other letter instead
FIRST = 3.0  # more, when the first letter is not the one that was meant
LAST = 1.5  # more, when a letter is cut off or hung on at the end: that makes another word of the family

_VOWELS = frozenset("aeiouy")
_SOUNDS = ("ckqsx", "szc", "gj", "fvp", "nm", "dt", "pb", "lr", "wv")
_KEYS = tuple(row[at : at + 2] for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for at in range(len(row) - 1))
_ALIKE = frozenset((one, other) for group in (*_SOUNDS, *_KEYS) for one in group for other in group if one != other)


def slip_cost(typed: str, meant: str) -> float:
    """What it costs to have typed one word for another; both in lower case and not empty."""
    rows: list[list[float]] = [[0.0]]
    for place in range(len(meant)):
        rows[0].append(rows[0][-1] + _alone(meant, place))
    for at, letter in enumerate(typed):
        above = rows[-1]
        row = [above[0] + _alone(typed, at)]
        for place, wanted in enumerate(meant):
            best = min(
                above[place] + (0.0 if letter == wanted else _instead(letter, wanted, place)),
                above[place + 1] + _alone(typed, at),
                row[place] + _alone(meant, place),
            )
            if at and place and letter == meant[place - 1] and typed[at - 1] == wanted and letter != wanted:
                best = min(best, rows[-2][place - 1] + SWAPPED + (FIRST if place == 1 else 0.0))
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _instead(letter: str, wanted: str, place: int) -> float:
    """Another letter than the one that was meant."""
    vowels = letter in _VOWELS and wanted in _VOWELS
    cost = VOWEL if vowels else SOUND if (letter, wanted) in _ALIKE else OTHER
    return cost + (0.0 if place else FIRST)


def _alone(word: str, at: int) -> float:
    """A letter of one of the two words that the other has not: typed and not meant, or meant and not typed."""
    letter = word[at]
    if letter in (word[max(0, at - 1) : at], word[at + 1 : at + 2]):
        return DOUBLED
    cost = VOWEL if letter in _VOWELS else LETTER
    if at == 0:
        return cost + FIRST
    return cost + (LAST if at == len(word) - 1 else 0.0)
