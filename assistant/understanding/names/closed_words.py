"""English words of closed classes, which carry a sentence and name nothing, and what is asked of anything named."""

from __future__ import annotations

_PRONOUNS = """
    anybody anyone anything everybody everyone everything he her hers him his i it its itself me mine my myself
    nobody none nothing one ones our ours ourselves she somebody someone something their theirs them themselves they
    us we who whom whose you your yours
"""
_POSSESSIVES = """
    her his its my our their your
"""
_HELPERS = """
    am are aren arent be been being can cannot cant could couldn couldnt d did didn didnt do does doesn doesnt doing
    don done dont had hadn has hasn hasnt have haven havent having he i is isn isnt it let lets ll may might must
    needn please pls re shall she should shouldn shouldnt t they to ve was wasn wasnt we were weren werent will won
    wont would wouldn wouldnt you
"""  # what a verb follows
_NUMBERS = """
    billion dozen eight eighteen eighty eleven fifteen fifty first five forty four fourteen half hundred million
    nine nineteen ninety quadrillion second seven seventeen seventy six sixteen sixty ten third thirteen thirty
    thousand three trillion twelve twenty two
"""
_ASKING = """
    about and by called compare define describe difference do does explain is mean means meant of or show tell using
    versus vs what whats with
"""  # asks for a thing as a whole, or leads up to its name
_OTHERS = """
    a about above after again all already also although am an and another any are as at because before below between
    both but by called compare define describe despite down during each either else enough even ever every except
    explain few fewer for from give here how however if in inside instead into just least less like many more most
    much neither never no nor not now of off often on once only onto or other out outside over own per perhaps quite
    rather really s same several show since so some sometimes still such tell than that the then there these this
    those though through too toward towards under unless until up upon using usually versus very via vs was what
    whats when where whether which while why with within without yes yet
"""
_CALENDAR = """
    april august christmas december easter february friday fridays january july june march may monday mondays november
    october saturday saturdays september sunday sundays thursday thursdays tuesday tuesdays wednesday wednesdays
"""
_ASPECTS = """
    activation advantage algorithm application approach architecture author benchmark benefit best big block brief
    calculate calculated cell change changed code computed con concept context cost count dataset date definition
    detail developer disadvantage downside drawback exactly example explanation feature find form formula founder
    framework function goal good hear heard history hyperparameter idea implement implementation implemented install
    installation introduced invented inventor key kind know known large layer library license limitation long look
    main meaning mechanism method metric model module name need network new number optimizer origin overview package
    page paper parameter part people phase pro problem proof property proposed published purpose question quick read
    reason release released rule said say scale setting short simple size small sort specs speed stand step
    structure study sum system technique term theorem theory thing tool trick type unit update usage use used useful
    value vendor version want way word work written wrote year
"""  # what is asked of anything that has a name, and the sorts of things that have one; singular

PRONOUNS = frozenset(_PRONOUNS.split())
POSSESSIVES = frozenset(_POSSESSIVES.split())
HELPERS = frozenset(_HELPERS.split())
NUMBERS = frozenset(_NUMBERS.split())
ASKING = frozenset(_ASKING.split())
OTHERS = frozenset(_OTHERS.split())
CALENDAR = frozenset(_CALENDAR.split())
ASPECTS = frozenset(_ASPECTS.split())
FUNCTION = PRONOUNS | POSSESSIVES | HELPERS | NUMBERS | OTHERS
