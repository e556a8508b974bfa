"""English words of closed classes: they carry a sentence and name nothing."""

from __future__ import annotations

PRONOUNS = frozenset(
    """anybody anyone anything everybody everyone everything he her hers him his i it its itself me mine my myself nobody
    none nothing one ones our ours ourselves she somebody someone something their theirs them themselves they us we who
    whom whose you your yours""".split()
)
POSSESSIVES = frozenset("my our your his her its their".split())
HELPERS = frozenset(  # what a verb follows
    """am are aren arent be been being can cannot cant could couldn couldnt d did didn didnt do does doesn doesnt doing
    don done dont had hadn has hasn hasnt have haven havent having i is isn isnt it let lets ll may might must needn
    please pls re shall should shouldn shouldnt t they to ve was wasn wasnt we were weren werent will won wont would
    wouldn wouldnt you he she""".split()
)
NUMBERS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion quadrillion
    first second third half dozen""".split()
)
ASKING = frozenset(  # asks for a thing as a whole, or leads up to its name
    """about by called compare define describe difference do does explain is meant mean means of or show tell using
    versus vs what whats with and""".split()
)
OTHERS = frozenset(
    """a about above after again all already also although am an and another any are as at because before below between
    both but by called compare define describe despite down during each either else enough even ever every except
    explain few fewer for from give here how however if in inside instead into just least less like many more most much
    neither never no nor not now of off often on once only onto or other out outside over own per perhaps quite rather
    really s same several show since so some sometimes still such tell than that the then there these this those though
    through too toward towards under unless until up upon using usually versus very via vs was what whats when where
    whether which while why with within without yes yet""".split()
)
FUNCTION = PRONOUNS | POSSESSIVES | HELPERS | NUMBERS | OTHERS
ASPECTS = frozenset(  # what is asked of anything that has a name, and the sorts of things that have one; singular
    """activation advantage algorithm application approach architecture author benchmark benefit best big block
    brief calculate calculated cell change changed code computed con concept context cost count dataset date
    definition detail developer disadvantage downside drawback exactly example explanation feature find form
    formula founder framework function goal good hear heard history hyperparameter idea implement implementation
    implemented install installation introduced invented inventor key kind know known large layer library
    license limitation long look main meaning mechanism method metric model module name need network new number
    optimizer origin overview package page paper parameter part people phase pro problem proof property proposed
    published purpose question quick read reason release released rule said say scale setting short simple size
    small sort specs speed stand step structure study sum system technique term theorem theory thing tool trick
    type unit update usage use used useful value vendor version want way word work written wrote year""".split()
)
