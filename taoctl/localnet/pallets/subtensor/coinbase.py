"""What happens in every block: new TAO and alpha, liquidity, and the epochs that are due."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from taoctl.economics.emission import (
    SubnetShareInput,
    SubnetTerms,
    block_emission,
    next_moving_price,
    root_proportion,
    root_sells,
    split_alpha_out,
    subnet_emissions,
    subnet_terms,
)
from taoctl.economics.registration_price import decayed
from taoctl.economics.schedule import next_epoch_block
from taoctl.localnet.frame import ModuleError
from taoctl.localnet.pallets.subtensor.children import Children
from taoctl.localnet.pallets.subtensor.distribution import Distribution
from taoctl.localnet.pallets.subtensor.pending import Pending
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.pallets.subtensor.timelocked_reveals import TimelockedReveals
from taoctl.localnet.pallets.subtensor.treasury import BUY_LIMIT, MAX_ISSUANCE

_MOVING_ONE = 1 << 32


class Coinbase(Distribution, Children, TimelockedReveals):
    """The block step of the pallet."""

    def on_initialize(self, number: int) -> Iterator[None]:
        """Run the block step in the chain's order, pausing after each epoch."""
        self.drop_old_swaps(number)
        self._decay_burns(number)
        minted = self._mint()
        self.reveal_timelocked_weights()
        yield from self.run_coinbase(minted)
        emitting = self.emitting_subnets()
        self._update_moving_prices(emitting, number)
        for netuid in emitting:
            self.RootProp[netuid] = self.root_proportion(netuid)
        for netuid in self.netuids():
            if self.LastEpochBlock[netuid] == number:
                self.apply_pending_children(netuid)
        self.auto_claim_root(bytes.fromhex(self.rt.system.ParentHash.get()[2:]))

    def run_coinbase(self, minted: int) -> Iterator[None]:
        """Share out a block's new TAO, then run and pay the epochs that are due, step by step."""
        self.SubnetRootSellTao.clear()
        emitting = self.emitting_subnets()
        shares = [self._share_input(netuid) for netuid in emitting]
        emissions = subnet_emissions(shares, minted)
        # All subnets are measured before any of them is changed.
        terms = {netuid: self._terms(netuid, emissions[netuid]) for netuid in emitting}
        if terms:
            # The chain keeps the last emission it looked up here, be it of TAO or of an alpha.
            self._note_emission(terms[max(terms)].alpha_out)
        unspent = minted
        for netuid in emitting:
            unspent = self._add_liquidity(netuid, terms[netuid], unspent)
        self.TotalIssuance.put(self.TotalIssuance.get() - unspent)
        sells = root_sells([share.moving_price_bits for share in shares])
        for netuid in emitting:
            self._emit_alpha(netuid, terms[netuid].alpha_out, root_sells=sells)
        # Epochs are chosen in storage order, then run by netuid.
        for netuid, pending in sorted(self._drain_due(self.rt.block_number), key=itemgetter(0)):
            self.distribute_emission(netuid, pending)
            self.LastMechansimStepBlock[netuid] = self.rt.block_number
            yield

    def emitting_subnets(self) -> list[int]:
        """Subnets that share in emission: started, trading, open for registration."""
        return [
            netuid
            for netuid in self.netuids()
            if netuid != ROOT
            and netuid in self.FirstEmissionBlockNumber
            and self.SubtokenEnabled[netuid]
            and self.NetworkRegistrationAllowed[netuid]
        ]

    def moving_price_bits(self, netuid: int) -> int:
        """Moving price of a subnet as I96F32 bits; one for root and stable subnets."""
        if netuid == ROOT or not self.is_dynamic(netuid):
            return _MOVING_ONE
        return int(self.SubnetMovingPrice[netuid])

    def root_proportion(self, netuid: int) -> int:
        """Part of a subnet's stake weight that root TAO makes, as U96F32 bits."""
        root_tao, issuance = self.SubnetTAO[ROOT], self.alpha_issuance(netuid)
        return root_proportion(root_tao, issuance, self.TaoWeight.get())

    def next_epoch_block(self, netuid: int) -> int | None:
        """Block of a subnet's next epoch by schedule or trigger; None where none ever runs."""
        last, pending = self.LastEpochBlock[netuid], self.PendingEpochAt[netuid]
        return next_epoch_block(self.Tempo[netuid], last, pending)

    def _decay_burns(self, number: int) -> None:
        for netuid in self.netuids():
            burn = self.Burn[netuid]
            half_life = self.BurnHalfLife[netuid] if number > 1 else 0
            lower = decayed(burn, half_life, self.MinBurn[netuid], self.MaxBurn[netuid])
            if lower != burn:
                self.Burn[netuid] = lower
            self.RegistrationsThisBlock[netuid] = 0
            if netuid == ROOT and self.should_run_epoch(ROOT, number):
                self.RegistrationsThisInterval[ROOT] = 0

    def _mint(self) -> int:
        issued = self.TotalIssuance.get()
        emission = block_emission(issued)
        self._note_emission(emission)
        minted: int = min(emission, max(MAX_ISSUANCE - self.rt.balances.total_issuance, 0))
        self.TotalIssuance.put(issued + minted)
        if minted:
            self.rt.balances.deposit("Issued", minted)
        return minted

    def _note_emission(self, emission: int) -> None:
        if self.BlockEmission.get() != emission:
            self.BlockEmission.put(emission)

    def _share_input(self, netuid: int) -> SubnetShareInput:
        return SubnetShareInput(
            netuid=netuid,
            moving_price_bits=self.moving_price_bits(netuid),
            miner_burned_bits=self.MinerBurned[netuid],
            emission_enabled=self.SubnetEmissionEnabled[netuid],
        )

    def _terms(self, netuid: int, emission_bits: int) -> SubnetTerms:
        price = self.rt.swap.price_bits(netuid)
        issuance = self.alpha_issuance(netuid)
        return subnet_terms(emission_bits, price, issuance, self.root_proportion(netuid))

    def _add_liquidity(self, netuid: int, terms: SubnetTerms, unspent: int) -> int:
        account = subnet_account(netuid)
        tao_in, alpha_in = self.rt.swap.inject(netuid, terms.tao_in, terms.alpha_in)
        bought_with = 0
        if 0 < terms.excess_tao <= unspent:
            unspent -= self.rt.balances.put_back(account, terms.excess_tao)
            bought_with = self._buy_for_protocol(netuid, terms.excess_tao)
        self.SubnetExcessTao[netuid] = bought_with
        self.SubnetAlphaInEmission[netuid] = alpha_in
        self.SubnetAlphaIn[netuid] += alpha_in
        added = tao_in if 0 < tao_in <= unspent else 0
        if added:
            unspent -= self.rt.balances.put_back(account, added)
            self.SubnetTAO[netuid] += added
            self.TotalStake.put(self.TotalStake.get() + added)
            self.record_protocol_flow(netuid, added)
        self.SubnetTaoInEmission[netuid] = added
        return unspent

    def _buy_for_protocol(self, netuid: int, tao: int) -> int:
        try:
            bought = self.buy_alpha(netuid, tao, BUY_LIMIT, free=True)
        except ModuleError:
            # The TAO then rests on the subnet's account, outside the reserve.
            return 0
        self.SubnetProtocolAlpha[netuid] += bought.amount_paid_out
        self.record_protocol_flow(netuid, bought.amount_paid_in)
        return bought.amount_paid_in

    def _emit_alpha(self, netuid: int, alpha_out: int, *, root_sells: bool) -> None:
        self.SubnetAlphaOutEmission[netuid] = alpha_out
        self.SubnetAlphaOut[netuid] += alpha_out
        cut = self.SubnetOwnerCut.get() if self.OwnerCutEnabled[netuid] else None
        split = split_alpha_out(alpha_out, cut, self.root_proportion(netuid))
        self.PendingOwnerCut[netuid] += split.owner
        self.PendingServerEmission[netuid] += split.server
        self.PendingValidatorEmission[netuid] += split.validator
        if root_sells:
            self.PendingRootAlphaDivs[netuid] += split.root
        else:
            self.recycle_alpha(netuid, split.root)

    def _drain_due(self, block: int) -> list[tuple[int, Pending]]:
        due: list[tuple[int, Pending]] = []
        limit = self.MaxEpochsPerBlock.get()
        for netuid in self.netuids():
            if netuid == ROOT:
                continue
            self.BlocksSinceLastStep[netuid] += 1
            if not self.should_run_epoch(netuid, block):
                continue
            if len(due) >= limit:
                self.PendingEpochAt[netuid] = block + 1
                self.deposit("EpochDeferred", netuid, block, block + 1)
                continue
            if self.keys_consistent(netuid):
                self.BlocksSinceLastStep[netuid] = 0
                due.append((netuid, self._take_pending(netuid)))
                self.change_owner_if_needed(netuid)
            else:
                self.deposit("EpochSkipped", netuid, block)
            self.LastEpochBlock[netuid] = block
            self.PendingEpochAt[netuid] = 0
            self.SubnetEpochIndex[netuid] += 1
        return due

    def _take_pending(self, netuid: int) -> Pending:
        items = (
            self.PendingServerEmission,
            self.PendingValidatorEmission,
            self.PendingRootAlphaDivs,
            self.PendingOwnerCut,
        )
        amounts = [item[netuid] for item in items]
        for item in items:
            item[netuid] = 0
        return Pending(*amounts)

    def _update_moving_prices(self, emitting: list[int], block: int) -> None:
        moving_alpha = self.SubnetMovingAlpha.get()
        for netuid in emitting:
            start_call = max(self.FirstEmissionBlockNumber[netuid] - 1, 0)
            self.SubnetMovingPrice[netuid] = next_moving_price(
                self.moving_price_bits(netuid),
                self.rt.swap.price_bits(netuid),
                moving_alpha_bits=moving_alpha,
                blocks_since_start=max(block - start_call, 0),
                halving_blocks=self.EMAPriceHalvingBlocks[netuid],
            )
