"""Words that turn a statement around: opposites, negations, absolutes, and words between which sides must not swap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import Stemmer


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One line an axis: words left of the bar are the opposites of those right of it. Commas part words that do not
# replace one another although they lie on the same side.
AXES = """
increase raise grow boost rise gain enlarge inflate, large high big great huge, larger higher bigger greater more \
largest highest most, double twice | decrease reduce lower shrink fall decline diminish cut, small low tiny little, \
smaller lower fewer less least smallest lowest, halve half
longer long | shorter short
faster fast quickly quick rapid fastest speed accelerate | slower slow slowly slowest
better best improve good help helpful benefit | worse worst hurt harm degrade bad worsen harmful
easy easier simple simpler | hard harder difficult complex complicated
cheap cheaper inexpensive | expensive costly
strong stronger strengthen | weak weaker weaken
wide wider widen | narrow narrower
deep deeper | shallow shallower
early earlier sooner | late later
before beforehand precede | after afterwards follow
always | never
enable enabled active activate activated | disable disabled inactive deactivate deactivated
training train trained | test testing inference evaluation
minimize minimise minimum minimal min minima | maximize maximise maximum maximal max maxima
forward | backward backwards
encoder encode | decoder decode
precision | recall
overfit overfitting overfits | underfit underfitting underfits
explode exploding explodes | vanish vanishing vanishes
input inputs | output outputs
row rows horizontal | column columns vertical
positive | negative
sparse | dense
supervised | unsupervised
labeled labelled | unlabeled unlabelled
same identical equal | different differ unequal distinct
continuous | discrete
linear | nonlinear
stable stabilize stabilise stability | unstable destabilize destabilise instability
convex | nonconvex
allow permit let enable | prevent avoid stop forbid block
possible able | impossible unable
necessary required need needed mandatory must | unnecessary optional needless
correct right true correctly | incorrect wrong false incorrectly
global | local
onpolicy | offpolicy
first | last
add added addition adds plus | subtract remove removed removes minus
multiply multiplied multiplies | divide divided divides
generator generate | discriminator discriminate
freeze frozen | unfreeze unfrozen
upper | lower
l1 lasso | l2 ridge
left | right
sharp sharper | smooth smoother flat
independent independently | dependent depends depend
symmetric | asymmetric
reversible | irreversible
homogeneous | heterogeneous
parallel simultaneously | sequential sequentially serial
causal masked | bidirectional unmasked
differentiable | nondifferentiable
deterministic | random stochastic
single | multiple several many
start begin beginning | end finish
shared share | separate separately
known | unknown
visible | hidden
sensitive | robust insensitive
success succeed | fail failure
""".strip().splitlines()

# Interchangeable here, so that a paraphrase is not taken for something new.
SYNONYMS = """
method technique approach procedure algorithm strategy
unit neuron node
example sample datapoint instance observation
network net
step iteration
rate probability chance
compute calculate computation calculation
typical typically usual usually common commonly
optimizer optimiser
regularization regularisation regularizer regularize
normalization normalisation normalize normalise
initialization initialisation initialize initialise
parameter weight
cause lead result
value number amount
target label
task problem
zero zeroed
show demonstrate indicate
choose select pick
combine merge mix
convert transform turn
""".strip().splitlines()

NEGATIONS = _words(
    "not no never without cannot neither nor none non hardly rarely seldom instead lack lacks lacking nothing unlike "
    "avoid avoids fails"
)
ABSOLUTES = _words(
    "always never only all every must any guarantee guarantees guaranteed impossible completely entirely exactly "
    "perfect perfectly best worst most"
)
# What stands left and right of these cannot change places: A is larger than B, A comes before B.
ONE_WAY = _words(
    "than before after outperform outperforms outperformed beats beat exceeds exceed causes cause caused replaces "
    "replaced becomes follows precedes unlike"
)


@dataclass(frozen=True, slots=True)
class Pole:
    """An end of an axis, and the words there that replace one another."""

    axis: int
    sign: int  # 1 or -1
    group: int

    @property
    def key(self) -> str:
        """What the words of the group are compared by."""
        return f"{self.axis}{'+' if self.sign > 0 else '-'}{self.group}"


@cache
def poles() -> dict[str, tuple[Pole, ...]]:
    """Stem of each word on an axis -> where it stands."""
    stemmer = Stemmer.Stemmer("english")
    found: dict[str, tuple[Pole, ...]] = {}
    for axis, line in enumerate(AXES):
        for sign, side in zip((1, -1), line.split("|"), strict=True):
            for group, words in enumerate(side.split(",")):
                for stem in dict.fromkeys(stemmer.stemWords(words.split())):
                    found[stem] = (*found.get(stem, ()), Pole(axis, sign, group))
    return found


@cache
def synonyms() -> dict[str, str]:
    """Stem of each interchangeable word -> the stem that stands for all of them."""
    stemmer = Stemmer.Stemmer("english")
    return {stem: group[0] for line in SYNONYMS for group in [stemmer.stemWords(line.split())] for stem in group}
