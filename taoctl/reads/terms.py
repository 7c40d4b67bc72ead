"""The words of the field: what each means, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the field.

    Attributes:
        name: as the chain and its users say it.
        meaning: in one or two sentences.
        see: a command that shows it; empty for none.
        aliases: other words for the same.
    """

    name: str
    meaning: str
    see: str = ""
    aliases: tuple[str, ...] = ()


TERMS: tuple[Term, ...] = (
    # accounts and keys
    Term(
        "coldkey",
        "The key that owns: it holds TAO and stake, registers hotkeys and signs what moves funds. "
        "It is kept off servers.",
        "taoctl wallet list",
    ),
    Term(
        "hotkey",
        "The key that acts on subnets: it signs weights and the address of an axon, and stake is "
        "put on it. It belongs to one coldkey.",
        "taoctl wallet list",
    ),
    Term(
        "delegate",
        "A hotkey as those see it who stake on it: it validates with their stake too, and its "
        "owner keeps the take of their dividends.",
        "taoctl stake take get",
    ),
    Term(
        "nominator",
        "Whoever stakes on a hotkey of another coldkey.",
        "taoctl stake list",
        ("delegator",),
    ),
    Term(
        "proxy",
        "A right to act for an account, for some kinds of calls, at once or after a delay.",
        "taoctl proxy list",
    ),
    Term(
        "multisig",
        "An account of several keys, of which a number must agree on each call.",
        "taoctl multisig list",
    ),
    Term(
        "coldkey swap",
        "Moving all that a coldkey owns to another: announced first, and carried out five days "
        "later at the earliest. Meanwhile the coldkey can do nothing else.",
        "taoctl wallet swap-coldkey status",
    ),
    Term(
        "existential deposit",
        "The least that an account may hold, 500 rao; with less it ends.",
        "taoctl wallet balance",
        ("ED",),
    ),
    Term(
        "nonce",
        "How many transactions an account has sent. The next carries this number, so that none "
        "can be carried out twice.",
        "taoctl tx list",
    ),
    Term(
        "era",
        "The blocks in which a transaction may be carried out; after them it never will be.",
        "taoctl tx show",
        ("mortality",),
    ),
    Term("tip", "Paid on top of the fee. It buys no earlier place in a block."),
    Term("extrinsic", "What goes into a block from outside: a signed call, mostly."),
    # money
    Term("TAO", "The currency of the whole network. There will be 21 million.", "taoctl wallet"),
    Term("rao", "The smallest amount of TAO, or of alpha: a billionth.", "", ("RAO",)),
    Term(
        "alpha",
        "The token of one subnet. Its miners, validators and owner are paid in it, and it is "
        "traded for TAO in the subnet's pool.",
        "taoctl subnet list",
    ),
    Term(
        "pool",
        "A subnet's reserves of TAO and alpha, which trade against each other; their ratio and "
        "weights make the price.",
        "taoctl subnet show NETUID",
        ("AMM", "liquidity"),
    ),
    Term(
        "price",
        "TAO for one alpha, at the margin. A trade of any size gets a worse one.",
        "taoctl stake quote",
        ("spot price",),
    ),
    Term(
        "price impact",
        "How far a trade itself moves the price against it. With the fee, it is what a trade "
        "costs beside the price that is shown.",
        "taoctl stake quote",
        ("slippage",),
    ),
    Term(
        "tolerance",
        "How much worse than quoted a trade may become; past that it fails, and costs its fee.",
        "taoctl stake add --help",
        ("slippage tolerance", "limit price"),
    ),
    Term(
        "moving price",
        "A slow average of a subnet's price. Its share of all subnets' makes the share of "
        "emission.",
        "taoctl subnet list",
        ("EMA price",),
    ),
    Term(
        "recycle",
        "Taking TAO or alpha out of existence so that it can be emitted again; what is burned "
        "stays gone.",
        "taoctl stake recycle --help",
    ),
    Term(
        "stake",
        "Alpha that a coldkey holds on a hotkey, on root TAO. It earns what the hotkey's "
        "validation earns, less the take.",
        "taoctl stake list",
    ),
    Term(
        "stake weight",
        "What a validator counts with: its alpha, and its root stake times the TAO weight, after "
        "what parents lend it and children are lent.",
        "taoctl subnet metagraph NETUID",
        ("total stake",),
    ),
    Term(
        "TAO weight",
        "The share with which root stake counts on every subnet.",
        "taoctl subnet metagraph NETUID",
    ),
    Term(
        "root",
        "Subnet 0: it has no miners and no alpha. Stake on it is TAO, counts on every subnet, and "
        "earns a share of their alpha.",
        "taoctl subnet metagraph 0",
        ("netuid 0",),
    ),
    Term(
        "root claim",
        "Alpha that root stake has earned and that is paid once it is claimed: swapped for TAO, "
        "or kept, as the claim type says.",
        "taoctl stake claim",
    ),
    Term(
        "take",
        "The share of dividends that a hotkey's owner keeps before those who stake on it are paid.",
        "taoctl stake take get",
    ),
    Term(
        "childkey",
        "A hotkey to which another, the parent, lends a share of its stake weight on a subnet.",
        "taoctl stake child get",
        ("child hotkey", "parent", "childkey take"),
    ),
    Term(
        "lock",
        "Alpha that its owner binds to a hotkey to gain conviction; it cannot be sold until it "
        "has decayed, and a perpetual one does not decay.",
        "taoctl stake lock list",
    ),
    Term(
        "conviction",
        "Locked alpha that has matured. The hotkey with the most can come to own the subnet.",
        "taoctl stake lock list",
    ),
    Term(
        "emission",
        "What comes into existence: TAO each block, of which each subnet gets a share, and alpha "
        "on each subnet, paid to its neurons at every epoch.",
        "taoctl subnet list",
    ),
    Term("issuance", "All TAO there is. The reward of a block halves at thresholds of it."),
    Term(
        "halving",
        "When issuance passes a threshold, a block brings half as much TAO from there on.",
    ),
    # subnets
    Term(
        "subnet",
        "A market of its own in which miners do one kind of work and validators score it.",
        "taoctl subnet list",
    ),
    Term("netuid", "The number of a subnet.", "taoctl subnet list"),
    Term(
        "mechanism",
        "One of several markets inside a subnet, with weights, bonds and incentive of its own; "
        "they share the subnet's emission.",
        "taoctl subnet show NETUID",
        ("mechid", "subsubnet"),
    ),
    Term(
        "tempo",
        "Blocks from one epoch of a subnet to the next; 360 blocks are 72 minutes.",
        "taoctl subnet hyperparameters NETUID",
    ),
    Term(
        "epoch",
        "The moment, once a tempo, in which consensus is worked out and neurons are paid.",
        "taoctl subnet show NETUID",
    ),
    Term(
        "hyperparameter",
        "A setting of a subnet, set by its owner or by root.",
        "taoctl subnet hyperparameters NETUID",
    ),
    Term(
        "freeze window",
        "The last blocks before an epoch, in which an owner cannot change hyperparameters.",
        "taoctl subnet hyperparameters NETUID",
        ("admin freeze window",),
    ),
    Term(
        "lock cost",
        "What creating a subnet costs. It doubles with each one and falls with time.",
        "taoctl query network-cost",
        ("subnet price", "burn cost"),
    ),
    Term(
        "owner cut",
        "The share of a subnet's alpha that its owner gets, 18 % by default.",
        "taoctl subnet show NETUID",
    ),
    # neurons
    Term(
        "neuron",
        "A hotkey with a UID on a subnet: a miner, a validator, or both.",
        "taoctl neuron list",
    ),
    Term(
        "UID",
        "The number of a neuron's seat on a subnet, up to 255. Who is replaced leaves it to the "
        "newcomer.",
        "taoctl subnet metagraph NETUID",
    ),
    Term("miner", "A neuron that does the subnet's work, and earns incentive.", "taoctl neuron"),
    Term(
        "validator",
        "A neuron that scores miners by setting weights, and earns dividends. It needs a permit.",
        "taoctl subnet metagraph NETUID",
    ),
    Term(
        "validator permit",
        "The right to have one's weights count. At each epoch the largest stakes get it.",
        "taoctl subnet metagraph NETUID",
        ("vpermit", "permit"),
    ),
    Term(
        "metagraph",
        "All neurons of a subnet with all their numbers, at one block.",
        "taoctl subnet metagraph NETUID",
    ),
    Term(
        "registration",
        "Buying a seat on a subnet. Its price rises with each registration and falls with time; "
        "on a full subnet someone else loses the seat.",
        "taoctl subnet register",
        ("burn", "recycle register"),
    ),
    Term(
        "immunity",
        "The blocks after registration in which a neuron is not replaced, unless none is left "
        "that may be.",
        "taoctl neuron risk",
        ("immunity period",),
    ),
    Term(
        "prune order",
        "The order in which a full subnet's neurons are replaced: least emission first, then the "
        "oldest registration, then the lowest UID.",
        "taoctl subnet prune-order NETUID",
        ("deregistration", "pruning", "prune rank"),
    ),
    Term(
        "axon",
        "The address at which a neuron can be reached, as it says so on the chain.",
        "taoctl neuron probe",
    ),
    # consensus
    Term(
        "Yuma Consensus",
        "How weights and stake become incentive and dividends: weights above what enough stake "
        "agrees on are cut, so that nobody gains by scoring a friend.",
        "taoctl neuron explain",
        ("yuma", "YC"),
    ),
    Term(
        "weights",
        "How a validator scores the UIDs of a subnet, as shares.",
        "taoctl weights show NETUID",
    ),
    Term(
        "consensus",
        "The highest weight of a miner that enough stake supports, kappa of it; what a validator "
        "gives above it does not count.",
        "taoctl neuron explain",
    ),
    Term(
        "incentive",
        "A miner's share of what a subnet pays its miners.",
        "taoctl neuron explain",
    ),
    Term(
        "dividends",
        "A validator's share of what a subnet pays its validators and those who stake on them: "
        "the reward for early and right scores, through its bonds.",
        "taoctl neuron explain",
    ),
    Term(
        "bonds",
        "What a validator has in the miners it scored, an average over epochs of its weights; its "
        "dividends are the miners' incentive times its bonds in them.",
        "taoctl neuron explain",
    ),
    Term(
        "vtrust",
        "The part of a validator's weights that is within consensus, 1 for all of it.",
        "taoctl neuron explain",
        ("validator trust",),
    ),
    Term(
        "trust",
        "Of a miner, how much stake agreed on it. Runtimes of today keep it no longer.",
    ),
    Term("rank", "A miner's weight by all stake. Runtimes of today keep it no longer."),
    Term(
        "active",
        "Whether a validator set weights within the activity cutoff; if not, its stake counts "
        "for nothing.",
        "taoctl subnet metagraph NETUID",
    ),
    Term(
        "commit-reveal",
        "Weights are hidden first and shown epochs later, so that they cannot be copied.",
        "taoctl weights status",
        ("commit reveal", "CR"),
    ),
    Term(
        "timelock",
        "Weights encrypted so that the chain itself can open them once the drand beacon reaches a "
        "round; nobody has to reveal them.",
        "taoctl weights status",
        ("timelocked", "drand"),
    ),
    Term(
        "version key",
        "A number that weights carry; a subnet refuses those below its own, from old software.",
        "taoctl subnet hyperparameters NETUID",
    ),
    Term(
        "liquid alpha",
        "Bonds that follow weights faster where a validator was right early.",
        "taoctl subnet hyperparameters NETUID",
    ),
    # the chain
    Term("block", "What the chain grows by, every 12 seconds on the main network."),
    Term(
        "finalized",
        "A block that can no longer be undone, a few behind the newest.",
        "taoctl chain info",
        ("finality",),
    ),
    Term("spec version", "The number of the chain's runtime.", "taoctl chain info", ("runtime",)),
    Term(
        "rate limit",
        "How many blocks must pass before the same account may do the same again.",
    ),
    Term(
        "MEV shield",
        "Sending a transaction encrypted to who makes the block, so that nobody can trade ahead.",
        "",
        ("mev protection",),
    ),
)
"""In the order in which one would learn them."""
