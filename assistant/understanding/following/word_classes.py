"""Words of English by their office: closed classes that name no subject, and what can be asked of any.

None of the lists holds terms of a field of study: they work the same whatever the notes are about.
"""

from __future__ import annotations

_ASKING = "what which who whom whose why how where when"
_AUXILIARIES = """
is are was were be been being am do does did have has had having can could will would shall should may might must isn't
aren't doesn't don't didn't can't couldn't won't wouldn't shouldn't
"""
_PREPOSITIONS = """
in at on for during under over without with within across between into onto from to by of after before through about
against per via near inside outside behind above below beside around like
"""
_SMALL = """
a an the this that these those it its they them their there here he she his her him i we you me my our your us mine one
ones some any each every all both such same other another and or but so if while because since as than then though
although whether until unless nor either neither not no never yes very too also just only even still again ever always
often usually really exactly actually precisely much many more most less least few lot lots bit quite rather now please
ok okay well else etc up down off out back myself yourself itself others something anything everything nothing once
twice already yet soon however therefore two three four five six
"""
# What can be asked of any subject. "What is the default value?" needs a subject beside it, "What is dropout?" does not.
_RELATIONAL = """
advantage advantages disadvantage disadvantages drawback drawbacks downside downsides upside upsides benefit benefits
pro pros con cons limit limits limitation limitations weakness weaknesses strength strengths problem problems issue
issues risk risks danger dangers cost costs price tradeoff tradeoffs trade-off trade-offs effect effects result results
consequence consequences goal goals purpose use usage application applications reason reasons point idea intuition
definition meaning formula formulas formulae equation equations math maths value values number numbers default defaults
range ranges setting settings amount amounts step steps rule rules detail details example examples variant variants
version versions type types kind kinds alternative alternatives origin inventor name names mistake mistakes pitfall
pitfalls tip tips difference differences requirement requirements assumption assumptions complexity implementation
choice choices
"""
_VERBS = """
work works working worked help helps helped helping matter matters mean means meant use used uses using need needs
needed go goes going gone happen happens get gets getting give gives make makes making made take takes taking taken put
puts set sets pick picks choose chooses chosen choosing select selects decide know knows understand understood explain
explains explained show shows shown tell tells say says said see seen look looks want wants try tries start starts
starting apply applies applied call called think find done doing write writes define describe describes come comes came
let ask asked talk talking list lists mention
"""
_GENERAL = """
detail deeper thing things stuff way ways part parts case cases place places people person someone somebody anyone
everybody time times practice practise theory reality question questions answer answers topic topics subject word words
good better best bad worse worst big bigger small smaller large larger high higher low lower long longer short typical
common usual normal sensible reasonable recommended right wrong possible necessary important useful helpful different
main simple easy hard difficult fast slow true false first second third last next previous whole own new old sure able
instead maybe perhaps worth
"""
# What is asked of a subject behind its name: "how does dropout work", "why is warmup needed".
_ASKED_OF = """
work works help helps matter matters mean means happen happens do does use used useful need needed necessary important
good bad better worse called look looks compute computed calculated done made need require requires have has cost costs
take takes
"""

ASKING = frozenset(_ASKING.split())
AUXILIARIES = frozenset(_AUXILIARIES.split())
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
FUNCTION = ASKING | AUXILIARIES | PREPOSITIONS | frozenset(_SMALL.split())
RELATIONAL = frozenset(_RELATIONAL.split())
VERBS = frozenset(_VERBS.split())
GENERAL = RELATIONAL | VERBS | frozenset(_GENERAL.split())
ASKED_OF = frozenset(_ASKED_OF.split())
FIRST_PERSON = frozenset(("i", "my", "we", "our"))
