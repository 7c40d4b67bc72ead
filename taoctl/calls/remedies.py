"""What to do about the chain's errors: the one place that knows."""

from __future__ import annotations

_BY_NAME = {
    # the dispatcher
    "BadOrigin": "the call is for another origin: an account, or root (--sudo on your own chain)",
    "CannotLookup": "give an ss58 address",
    "ConsumerRemaining": "other parts of the chain still refer to the account; free those first",
    "Exhausted": "the block was full; send it again",
    "Token.FundsUnavailable": "the account holds too little; see `taoctl wallet balance`",
    "Token.OnlyProvider": "the account must live on: keep the existential deposit in it",
    "Token.BelowMinimum": "a new account needs at least the existential deposit (500 rao)",
    "Token.Frozen": "part of the balance is locked; see `taoctl wallet balance -o wide`",
    "Token.NotExpendable": "send less, or let the account end with --allow-death",
    "Arithmetic.Underflow": "the amount is more than the account holds",
    "Arithmetic.Overflow": "an amount is too large",
    "System.CallFiltered": "the proxy type does not allow the call, or it nests batches",
    # balances
    "Balances.InsufficientBalance": "the account holds too little for the amount and its fee",
    "Balances.LiquidityRestrictions": "part of the balance is locked",
    "Balances.ExistentialDeposit": "a new account needs at least the existential deposit",
    "Balances.Expendability": "send less, or let the account end with --allow-death",
    # proxy
    "Proxy.NotProxy": "the account acted for must run `taoctl proxy add` first",
    "Proxy.Unannounced": "run `taoctl proxy announce` first, and wait for the delay",
    "Proxy.TooMany": "take a proxy back first, with `taoctl proxy remove`",
    "Proxy.Duplicate": "the right is there already; see `taoctl proxy list`",
    "Proxy.NotFound": "see `taoctl proxy list` for the exact type and delay",
    "Proxy.NoSelfProxy": "name another account as the delegate",
    "Proxy.NoPermission": "only the account that made it may do this",
    # multisig
    "Multisig.AlreadyApproved": "another signatory must approve",
    "Multisig.NoApprovalsNeeded": "the last approval must send the call itself",
    "Multisig.NotFound": "nothing is pending under this hash; see `taoctl multisig list`",
    "Multisig.NoTimepoint": "somebody opened it meanwhile; run the command again",
    "Multisig.WrongTimepoint": "it was opened anew meanwhile; run the command again",
    "Multisig.UnexpectedTimepoint": "it was cancelled or carried out meanwhile; look again",
    "Multisig.NotOwner": "only the account that opened it may cancel it",
    "Multisig.MaxWeightTooLow": "the call needs more weight than was allowed; run it again",
    "Multisig.MinimumThreshold": "the threshold must be at least 2 for this call",
    "Multisig.TooFewSignatories": "name every signatory",
    "Multisig.TooManySignatories": "a multisig has at most 100 signatories",
    "Multisig.SenderInSignatories": "the signer must not be among the others",
    # governance
    "Triumvirate.NotMember": "only members of the Triumvirate propose; senators vote instead",
    "Triumvirate.DuplicateProposal": "the same motion is open; vote on it",
    "Triumvirate.ProposalNotExists": "the motion was closed; see `taoctl gov list`",
    "Triumvirate.IndexMismatchProposalHash": "name the motion by its index; see `taoctl gov list`",
    "Triumvirate.DuplicateVote": "the vote stands already; it may only be changed",
    "Triumvirate.TooEarlyToCloseProposal": "`taoctl gov show` says from which block it may be",
    "Triumvirate.TooManyActiveProposals": "close a motion that is decided: `taoctl gov close`",
    "Triumvirate.ProposalWeightLessThanDispatchCallWeight": "allow the weight of its call",
    "Triumvirate.ProposalLengthBoundLessThanProposalLength": "allow the length of its call",
    "Triumvirate.DurationLowerThanConfiguredMotionDuration": "let it be open for 12 hours or more",
    "SubtensorModule.NotSenateMember": "only senators vote; see `taoctl gov join`",
    "SubtensorModule.CouldNotJoinSenate": "the Senate changed meanwhile; run the command again",
    "SignedVoting.PollNotOngoing": "it is decided or over; see `taoctl gov show`",
    "SignedVoting.PollNotFound": "see `taoctl gov list` for what is open",
    "SignedVoting.InvalidVotingScheme": "it is not voted on with signed votes",
    "SignedVoting.NotInVoterSet": "who was in the collectives when it opened votes",
    "SignedVoting.DuplicateVote": "vote the other way, or take it back with `taoctl gov unvote`",
    "SignedVoting.VoteNotFound": "there is no vote to take back",
    "SignedVoting.VoterSetMissing": "nobody can vote on it; root may end it",
    "SignedVoting.TallyMissing": "nobody can vote on it; root may end it",
    "Referenda.BadTrack": "see `taoctl gov status` for the tracks",
    "Referenda.TrackNotSubmittable": "submit on track 0; reviews come from there",
    "Referenda.NotProposer": "only the collective Proposers submits; see `taoctl gov members`",
    "Referenda.ReferendumFinalized": "it is over; see `taoctl gov show`",
    "Referenda.QueueFull": "wait until a referendum ends; see `taoctl gov list`",
    "Referenda.ProposerQuotaExceeded": "wait until one of your referenda ends",
    "Referenda.ReferendumNotFound": "see `taoctl gov list` for what is open",
    "Referenda.EmptyVoterSet": "root names the members of the track's collectives first",
    # utility and sudo
    "Utility.TooManyCalls": "split the batch",
    "Sudo.RequireSudo": "sign with the sudo key of the chain",
    # subtensor
    "SubtensorModule.NotEnoughBalanceToStake": "the coldkey holds too little free TAO",
    "SubtensorModule.NotEnoughStakeToWithdraw": "the position is smaller; see `taoctl stake list`",
    "SubtensorModule.HotKeyAccountNotExists": (
        "check the address; a hotkey that is nobody's yet: `taoctl neuron associate`"
    ),
    "SubtensorModule.NonAssociatedColdKey": "the hotkey belongs to another coldkey",
    "SubtensorModule.SubnetNotExists": "see `taoctl subnet list` for the subnets there are",
    "SubtensorModule.SubtokenDisabled": "the subnet is not started yet",
    "SubtensorModule.AmountTooLow": "use a larger amount",
    "SubtensorModule.SlippageTooHigh": "the price moved past the limit; allow more, or wait",
    "SubtensorModule.InsufficientLiquidity": "the pool cannot take this amount; use less",
    "SubtensorModule.TxRateLimitExceeded": "it was done a moment ago; wait and try again",
    "SubtensorModule.SettingWeightsTooFast": "wait for the subnet's weights rate limit",
    "SubtensorModule.CommittingWeightsTooFast": "wait for the subnet's weights rate limit",
    "SubtensorModule.NotEnoughStakeToSetWeights": "stake more to the hotkey first",
    "SubtensorModule.NeuronNoValidatorPermit": "the largest stakes get permits, at each epoch",
    "SubtensorModule.CommitRevealEnabled": "`taoctl weights set` commits where it has to",
    "SubtensorModule.CommitRevealDisabled": "set the weights with `taoctl weights set`",
    "SubtensorModule.RevealTooEarly": "`taoctl weights status` says when to reveal what",
    "SubtensorModule.ExpiredWeightCommit": "commit to weights again, with `taoctl weights set`",
    "SubtensorModule.NoWeightsCommitFound": "see `taoctl weights status` for commits there are",
    "SubtensorModule.InvalidRevealCommitHashNotMatch": (
        "reveal just what was committed; see `taoctl weights status`"
    ),
    "SubtensorModule.TooManyUnrevealedCommits": (
        "reveal salted ones, or wait for the next epoch; see `taoctl weights status`"
    ),
    "SubtensorModule.IncorrectCommitRevealVersion": (
        "the chain takes another form of timelocked weights; commit with --salted"
    ),
    "SubtensorModule.InvalidRevealRound": (
        "the pulse of that drand round is there already; seal the weights to a later one"
    ),
    "SubtensorModule.InputLengthsUnequal": "give as many of each list",
    "SubtensorModule.IncorrectWeightVersionKey": "give the subnet's own with --version-key",
    "SubtensorModule.UidVecContainInvalidOne": "weigh UIDs that are there",
    "SubtensorModule.UidsLengthExceedUidsInSubNet": "weigh UIDs that are there",
    "SubtensorModule.DuplicateUids": "name each UID once",
    "SubtensorModule.WeightVecLengthIsLow": "weigh more UIDs above zero",
    "SubtensorModule.WeightVecNotEqualSize": "give one weight for each UID",
    "SubtensorModule.MaxWeightExceeded": "spread the weights over more UIDs",
    "SubtensorModule.CanNotSetRootNetworkWeights": "name a subnet other than root",
    "SubtensorModule.MechanismDoesNotExist": "see `taoctl subnet list` for the subnets there are",
    "SubtensorModule.HotKeyAlreadyRegisteredInSubNet": "this hotkey has its uid already",
    "SubtensorModule.HotKeyNotRegisteredInSubNet": "register the hotkey on the subnet first",
    "SubtensorModule.HotKeyNotRegisteredInNetwork": "register a hotkey on a subnet first",
    "SubtensorModule.InvalidIpType": "an IP address is of version 4 or 6",
    "SubtensorModule.InvalidIpAddress": "give the address that others reach it at",
    "SubtensorModule.InvalidPort": "give a port from 1 to 65535",
    "SubtensorModule.ServingRateLimitExceeded": "it was changed a moment ago; wait and try again",
    "SubtensorModule.InvalidIdentity": "a field is too long; see `taoctl identity set --help`",
    "Commitments.AccountNotAllowedCommit": "register the hotkey on the subnet first",
    "Commitments.SpaceLimitExceeded": "commit to less, or wait for the subnet's next epoch",
    "Commitments.TooManyFieldsInCommitmentInfo": "commit to fewer fields at once",
    "SubtensorModule.NotSubnetOwner": "only the owner of the subnet may do this",
    "SubtensorModule.SubNetRegistrationDisabled": "the subnet takes no registrations now",
    "SubtensorModule.RegistrationPriceLimitExceeded": (
        "the price rose past the limit: allow more with --max-burn, or wait with --wait-below"
    ),
    "SubtensorModule.NetworkTxRateLimitExceeded": (
        "somebody has just created a subnet; `taoctl subnet create --dry-run` says when to"
    ),
    "SubtensorModule.SubnetLimitReached": (
        "no subnet may be replaced yet; `taoctl subnet create --dry-run` says from which block"
    ),
    "SubtensorModule.CannotAffordLockCost": "fund the coldkey, or wait until a subnet costs less",
    "SubtensorModule.NeedWaitingMoreBlocksToStarCall": (
        "`taoctl subnet start --dry-run` says from which block it may be started"
    ),
    "SubtensorModule.FirstEmissionBlockNumberAlreadySet": "it was started already",
    "SubtensorModule.NoNeuronIdAvailable": "every seat is taken and none may be replaced now; wait",
    "SubtensorModule.CannotUseSystemAccount": "it is a subnet's account; check the address",
    "SubtensorModule.TooManyRegistrationsThisBlock": "send it again for another block",
    "SubtensorModule.TooManyRegistrationsThisInterval": "wait for the next epoch of root",
    "SubtensorModule.StakeTooLowForRoot": "stake more on root to the hotkey than its least member",
    "SubtensorModule.RootNetworkDoesNotExist": "this chain has no root network: name a subnet",
    "SubtensorModule.AdminActionProhibitedDuringWeightsWindow": (
        "wait for the epoch to pass; `taoctl subnet hyperparameters` says from which block"
    ),
    "SubtensorModule.ActivityCutoffTooLow": "set a longer one, or activity_cutoff_factor",
    "SubtensorModule.ActivityCutoffFactorMilliOutOfBounds": "choose from 1 to 50 tempos",
    "SubtensorModule.TempoOutOfBounds": "choose from 360 to 50400 blocks",
    "SubtensorModule.LiquidAlphaDisabled": "set liquid_alpha_enabled to yes first",
    "SubtensorModule.AlphaHighTooLow": "keep alpha_high at 1638 of 65535 or above",
    "SubtensorModule.AlphaLowOutOfRange": "keep alpha_low from 1638 of 65535 to alpha_high",
    "SubtensorModule.RevealPeriodTooSmall": "choose from 1 to 100 epochs",
    "SubtensorModule.RevealPeriodTooLarge": "choose from 1 to 100 epochs",
    "SubtensorModule.TooManyUIDsPerMechanism": (
        "all mechanisms of a subnet have 256 UIDs together: lower max_allowed_uids first"
    ),
    "SubtensorModule.InvalidValue": "see `taoctl explain` for the bounds of a hyperparameter",
    "SubtensorModule.TrimmingWouldExceedMaxImmunePercentage": (
        "trim to more: less than 80 % of those who stay may be immune"
    ),
    "SubtensorModule.DynamicTempoBlockedByCommitReveal": (
        "an epoch is triggered only where weights are not hidden: commit_reveal_weights_enabled"
    ),
    "SubtensorModule.EpochTriggerAlreadyPending": "an epoch is on its way; wait for it",
    "SubtensorModule.AutoEpochAlreadyImminent": "the epoch comes by itself in a few blocks",
    "SubtensorModule.SymbolDoesNotExist": "choose a symbol from the chain's own list",
    "SubtensorModule.SymbolAlreadyInUse": "choose a symbol that no subnet has",
    "AdminUtils.SubnetDoesNotExist": "see `taoctl subnet list` for the subnets there are",
    "AdminUtils.ValueNotInBounds": (
        "min_burn stays below 1 TAO and max_burn, and max_burn above 0.1 TAO and min_burn"
    ),
    "AdminUtils.InvalidValue": "see `taoctl explain` for the bounds of a hyperparameter",
    "AdminUtils.BondsMovingAverageMaxReached": "choose 0.975 at most",
    "AdminUtils.NegativeSigmoidSteepness": "choose 0 or more",
    "AdminUtils.NotPermittedOnRootSubnet": "name a subnet other than root",
    "AdminUtils.MaxAllowedUIdsLessThanCurrentUIds": "choose as many as there are neurons, or more",
    "AdminUtils.MaxAllowedUidsLessThanMinAllowedUids": "choose min_allowed_uids or more",
    "AdminUtils.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids": "choose 256 at most",
    "AdminUtils.MaxValidatorsLargerThanMaxUIds": "choose max_allowed_uids at most",
    "AdminUtils.MinAllowedUidsGreaterThanCurrentUids": "choose fewer than there are neurons",
    "AdminUtils.MinAllowedUidsGreaterThanMaxAllowedUids": "choose fewer than max_allowed_uids",
    "AdminUtils.POWRegistrationDisabled": "registration by proof of work is gone",
    "AdminUtils.Deprecated": "the call does nothing any more",
    "SubtensorModule.ColdkeySwapAnnounced": (
        "the coldkey is being swapped, and only that may go on; see "
        "`taoctl wallet swap-coldkey status`"
    ),
    "SubtensorModule.ColdkeySwapDisputed": (
        "the swap of the coldkey is disputed: only root can end that"
    ),
    "SubtensorModule.ColdkeySwapAlreadyDisputed": "only root can decide it now",
    "SubtensorModule.ColdkeySwapAnnouncementNotFound": (
        "announce the swap first, with `taoctl wallet swap-coldkey announce`"
    ),
    "SubtensorModule.ColdkeySwapTooEarly": (
        "`taoctl wallet swap-coldkey status` says from which block"
    ),
    "SubtensorModule.ColdkeySwapReannouncedTooEarly": (
        "`taoctl wallet swap-coldkey status` says from which block"
    ),
    "SubtensorModule.ColdkeySwapClearTooEarly": (
        "`taoctl wallet swap-coldkey status` says from which block"
    ),
    "SubtensorModule.AnnouncedColdkeyHashDoesNotMatch": (
        "name the coldkey that was announced; see `taoctl wallet swap-coldkey status`"
    ),
    "SubtensorModule.NotEnoughBalanceToPaySwapColdKey": (
        "a swap costs TAO beside the fee, and the account must live on: send it some first"
    ),
    "SubtensorModule.ColdKeyAlreadyAssociated": "swap to a coldkey that was never used",
    "SubtensorModule.NewColdKeyIsHotkey": "swap to a coldkey that was never used",
    "SubtensorModule.ActiveLockExists": "swap to a coldkey without locks of its own",
    "SubtensorModule.NewHotKeyIsSameWithOld": "name another hotkey to swap to",
    "SubtensorModule.NewHotKeyNotCleanForRootSwap": (
        "swap to a hotkey that was never staked to on root, or on a subnet with --netuid"
    ),
    "SubtensorModule.HotKeySetTxRateLimitExceeded": "`taoctl neuron swap-hotkey` says when it may",
    "SubtensorModule.HotKeySwapOnSubnetIntervalNotPassed": (
        "`taoctl neuron swap-hotkey --dry-run` says from which block it may be swapped there"
    ),
    "SubtensorModule.NotEnoughBalanceToPaySwapHotKey": "fund the coldkey with the price of a swap",
    "SubtensorModule.StakeUnavailable": "the stake is locked; see `taoctl stake lock list`",
    "SubtensorModule.InvalidSubnetNumber": "name one to five subnets",
    "SubtensorModule.SameAutoStakeHotkeyAlreadySet": "it is set; see `taoctl stake auto get`",
    "SubtensorModule.DelegateTakeTooLow": "see `taoctl stake take get` for it and its bounds",
    "SubtensorModule.DelegateTakeTooHigh": "see `taoctl stake take get` for the most allowed",
    "SubtensorModule.DelegateTxRateLimitExceeded": "`taoctl stake take get` says from which block",
    "SubtensorModule.InvalidChildkeyTake": "see `taoctl stake child take` for its bounds",
    "SubtensorModule.TxChildkeyTakeRateLimitExceeded": (
        "`taoctl stake child take` says from which block"
    ),
    "SubtensorModule.DuplicateChild": "name each child once",
    "SubtensorModule.InvalidChild": "a hotkey cannot be its own child",
    "SubtensorModule.TooManyChildren": "a hotkey has five children on a subnet at most",
    "SubtensorModule.ProportionOverflow": "lend 100% at most, all children together",
    "SubtensorModule.ChildParentInconsistency": "a parent cannot be a child: choose another",
    "SubtensorModule.NotEnoughStakeToSetChildkeys": "stake more to the hotkey first",
    "SubtensorModule.RegistrationNotPermittedOnRootSubnet": "name a subnet other than root",
    "SubtensorModule.LockHotkeyMismatch": "lock to the hotkey that the lock backs, or move it",
    "SubtensorModule.InsufficientStakeForLock": "lock no more than is staked and not locked yet",
    "SubtensorModule.AccountRejectsLockedAlpha": (
        "whom it goes to must run `taoctl stake lock accept yes` first"
    ),
    "SubtensorModule.SameNetuid": "it is there already: name another subnet or hotkey",
    "SubtensorModule.TransferDisallowed": "the subnet's owner allows no transfers of its alpha",
    "SubtensorModule.CannotBurnOrRecycleOnRootSubnet": "name a subnet other than root",
    "SubtensorModule.InsufficientBalance": "keep the existential deposit in the account",
    "SubtensorModule.NoExistingLock": "see `taoctl stake lock list` for the locks there are",
    # pools
    "Swap.PriceLimitExceeded": "the price was past the limit already; allow another, or wait",
    "Swap.InsufficientLiquidity": "the pool cannot pay it out; use less",
    "Swap.ReservesTooLow": "the pool is too small, or the amount buys nothing",
    "Swap.SwapInputTooLarge": "it is more than 1000 times what the pool holds; use less",
    "Swap.ReservesOutOfBalance": "the pool's reserves are too unequal to trade",
    "Swap.SubtokenDisabled": "the subnet is not started yet",
    "Swap.MechanismDoesNotExist": "see `taoctl subnet list` for the subnets there are",
}


def remedy(error: str) -> str | None:
    """What to do about an error by its name, such as `Token.Frozen`; None where nobody knows."""
    found = _BY_NAME.get(error)
    if found is None and error.endswith("RateLimitExceeded"):
        return "it was done a short while ago; wait and try again"
    return found


def remedies() -> tuple[str, ...]:
    """The names of all errors that something is known to do about."""
    return tuple(_BY_NAME)
