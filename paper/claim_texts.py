"""The article's claims in our words, what their verdicts leave out, and how each was first judged.

Nothing here follows from numbers; what does is in `paper.claims`.
"""

from __future__ import annotations

CLAIMS = {
    1: "Firms are in a prisoner's dilemma.",
    2: "The risk of inaction exceeds that of overspending.",
    3: "Using two chip families avoids lock-in and makes suppliers compete.",
    4: "Direct equity makes the customer relation deeper and cements the partner.",
    5: "Serving rival labs makes a cloud indispensable.",
    6: "Anchoring a top lab is a strategic win for a cloud.",
    7: "Fast, large deployment is decisive under scarcity.",
    8: "TPUs give a cost and performance edge over the market leader.",
    9: "The valuation escalates the investment environment.",
    10: "Too little compute is the greater danger.",
    11: "Scarcity forces labs into long, large commitments.",
    12: "The movement consolidates the sector.",
}

LEFT_TO = {
    3: "S3, multi-cloud balancing",
    4: "S4, equity for compute",
    5: "S6, the AI supermarket",
    6: "S5, anchor tenants",
    7: "S8, speed: neither the two-action race nor the one-shot choice of GW has time to build in it",
    8: "S7, custom silicon: here a saving on capital enters as a parameter, it is not a result",
    9: "S10, valuations and runway",
    11: "S5, anchor tenants, and S9, compute scarcity",
    12: "S14, the dynamic race, with S4",
}
"""The system that would judge a claim, where the numbers of the two races do not."""


CAUTIONS = {
    1: "The priors are drawn independently, and industry stakes do not grow when all race: both could move draws to "
    "another class.",
    2: "A loss asymmetry is no dilemma, and a firm without any rival may face one. The reading by the tail rests on "
    "the law of demand and prize, lognormal and so skewed, which no fact sets: by any symmetric law it says what the "
    "mean says.",
    3: "Lock-in is not judged apart: a lab whose software is ported to both families pays nothing to switch, by "
    "construction; how much there was to avoid shows in the price, which a second cloud lowers. Chips are of one "
    "quality, and what a lab knows of a family is in the porting cost alone. From which fall of a price on suppliers "
    "compete is a convention, that of a small but significant change of a price in merger control.",
    4: "The known stake is a claim on profits, without votes or seats; the talks behind the larger one rest on one "
    "source. Demand is linear: by a stake of s what is sold, and what is lost for each dollar of a rival's price, "
    "both go with 1/(2 - s), the holder's own lab aside; so in GW the loss rises by construction, and as a part of "
    "what is held it hardly moves. With votes, switching costs or exclusive terms a stake could hold a lab.",
    5: "A condition on others that act as one seller is a hypothetical, and no fact bears on how alike the labs are. "
    "That half of a profit makes a cloud indispensable is a convention. How the other clouds conduct themselves is a "
    "scenario, and not an equilibrium choice; at cost and with room for all they replace any cloud, so that none is "
    "indispensable by construction, and as one seller they leave a lab at most half of its profit by construction "
    "(equal clouds, the other lab aside).",
    6: "Who bids for the tenant is a scenario, and not an equilibrium choice; an equal rival bids all away by "
    "construction. What the lab earns is a multiple of rent, without prize or standing, which carry the race of S2.",
    7: "What a lab gains from compute that is there today is not in it.",
    8: "The article speaks of a potential edge. The two sources measure unlike things, and could neither support nor "
    "refute it alone; software, and what it costs to port, are not in the ratio.",
    9: "A valuation stands for money that a lab can raise; why it steps up is outside the model.",
    10: "The ratio is a marginal one, and stakes add less the more is built: what it is compared at moves it.",
    11: "Tightness is a parameter and not the outcome of a market; the contract is bargained by one lab and one "
    "cloud. What the lab earns is a multiple of rent, without prize or standing, which carry the race of S2.",
    12: "Stakes here carry no votes; a merger, entry or a loan would be another game. The index modified for "
    "ownership adds the stake times both labs' shares, whatever they then order: with a stake of this size it rises "
    "by as much as counts unless one of the two is small, or others are counted in the sector. Its bound is that of "
    "the plain index. How the other clouds conduct themselves, a case in claim 5, is a part of the readings here, "
    "each of which is given. Exclusive service is no fact. What would rule the claim out is not searched for: its "
    "readings are of two models.",
}
"""What each verdict leaves out, whatever the numbers are; a study may add what depends on them."""


HISTORY = {
    1: "Until conditions had to make a claim true: the same probabilities, then called conditional.",
    2: "First by the mean and for two labs alone, then called conditional; the tail was added after that was seen.",
    3: "First all needs at once, without the one on lock-in: conditional; later not decided. The readings were added "
    "after that was seen. Then by any fall of the price, by which suppliers compete was supported; the bound, of "
    "small changes of prices in merger control, was added after the shares by bound had been seen; a reading by how "
    "much of the switching cost is charged was dropped, which measured what lock-in there had been, and exclusive "
    "bids are judged without the bound.",
    4: "First by points lost alone, and also if Amazon matches: not supported by that. Then also by the part lost and "
    "the share left: dependent on the reading, but these repeat that the share rises. GW lost per dollar were put in "
    "their place after that was seen: not supported by that; then, as a part of what is held, too: supported under "
    "conditions by any fall; the bound was added after the shares by bound had been seen.",
    5: "First with both conducts at once; then, too, called conditional.",
    6: "First judged in each case as here; called conditional where it held in some draws.",
    7: "First at contract prices too, and with a shortage that never ends; then over all draws, whether somebody "
    "builds or not: not supported by that.",
    8: "First by the share of draws below one.",
    9: "First for both labs, and in the equilibrium of least spending too: not supported by that.",
    10: "First by λ at the equilibrium, above one for every builder: conditional, by a statistic that runs the wrong "
    "way. Then by the ratio for every builder alone, where it depends on the build; most and any of them were added "
    "as readings after their shares had been seen.",
    11: "First the same three needs, the second among those that want some.",
    12: "First by any rise of both indices and of the cloud's share of profits: conditional; the bound of 100 points "
    "was added after small rises had been seen. Then by AWS's stake, and by the index of labs and that of two clouds, "
    "the second of which no silent stake moves so far: not supported by that. Google's stake, ownership and exclusive "
    "service were added after their numbers had been seen.",
}
"""How the rule for each claim was first stated, and where it differed what it said, in the draws of its day.

Claims that are dependent on the reading were not decided until that verdict was added, after results had been seen.
"""


def once_rejected() -> list[int]:
    """Claims that were not supported by an earlier rule."""
    return [number for number, history in HISTORY.items() if "not supported by that" in history]
