"""SubnetInfoRuntimeApi, part one: summaries and hyperparameters of subnets."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.subtensor.network_price import NetworkPrice
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.types import AccountId32, NetUid, Option, Vec, u64, variant

API = "SubnetInfoRuntimeApi"

_ONE_SUBNET = (("netuid", NetUid),)


class SubnetApi(NetworkPrice):
    """What the chain tells about subnets as a whole."""

    def subnet_name(self, netuid: int) -> bytes:
        """The identity's name; root is `root`, and a subnet without a name `unknown`.

        Mainnet has a fixed list of historical code names for nameless subnets 1 to 128; an
        invented chain has no such history.
        """
        identity = self.SubnetIdentitiesV3.get(netuid)
        if identity is not None and identity["subnet_name"]:
            return bytes(identity["subnet_name"])
        return b"root" if netuid == ROOT else b"unknown"

    def blocks_since_epoch(self, netuid: int) -> int:
        """Blocks since the last epoch of the subnet."""
        return max(self.rt.block_number - int(self.LastMechansimStepBlock[netuid]), 0)

    def pending_alpha(self, netuid: int) -> int:
        """Alpha that waits for the next epoch, without the owner's and root's parts."""
        return int(self.PendingValidatorEmission[netuid] + self.PendingServerEmission[netuid])

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.SubnetInfo))
    def get_subnet_info(self, netuid: int) -> dict[str, Any] | None:
        """Settings and size of one subnet, the oldest form."""
        if not self.subnet_exists(netuid):
            return None
        return {**self._subnet_info(netuid), "emission_values": 0}

    @api(API, returns=Vec(Option(shapes.SubnetInfo)))
    def get_subnets_info(self) -> list[dict[str, Any] | None]:
        """The oldest form for every network, by netuid."""
        return [self.get_subnet_info(netuid) for netuid in sorted(self.netuids())]

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.SubnetInfoV2))
    def get_subnet_info_v2(self, netuid: int) -> dict[str, Any] | None:
        """Settings, size and identity of one subnet."""
        if not self.subnet_exists(netuid):
            return None
        identity = self.SubnetIdentitiesV3.get(netuid)
        return {**self._subnet_info(netuid), "emission_value": 0, "identity": identity}

    @api(API, returns=Vec(Option(shapes.SubnetInfoV2)))
    def get_subnets_info_v2(self) -> list[dict[str, Any] | None]:
        """Settings, size and identity of every network, by netuid."""
        return [self.get_subnet_info_v2(netuid) for netuid in sorted(self.netuids())]

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.DynamicInfo))
    def get_dynamic_info(self, netuid: int) -> dict[str, Any] | None:
        """Pool, emission and identity of one subnet."""
        if not self.subnet_exists(netuid):
            return None
        return {
            "netuid": netuid,
            "owner_hotkey": self.SubnetOwnerHotkey[netuid],
            "owner_coldkey": self.SubnetOwner[netuid],
            "subnet_name": tuple(self.subnet_name(netuid)),
            "token_symbol": tuple(self.TokenSymbol[netuid]),
            "tempo": self.Tempo[netuid],
            "last_step": self.LastMechansimStepBlock[netuid],
            "blocks_since_last_step": self.blocks_since_epoch(netuid),
            "emission": 0,
            **self.pool_fields(netuid),
            "network_registered_at": self.NetworkRegisteredAt[netuid],
            "subnet_identity": self.SubnetIdentitiesV3.get(netuid),
            "moving_price": self.SubnetMovingPrice[netuid],
        }

    @api(API, returns=Vec(Option(shapes.DynamicInfo)))
    def get_all_dynamic_info(self) -> list[dict[str, Any] | None]:
        """Pool, emission and identity of every network, root included."""
        return [self.get_dynamic_info(netuid) for netuid in self.netuids()]

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.SubnetHyperparams))
    def get_subnet_hyperparams(self, netuid: int) -> dict[str, Any] | None:
        """Hyperparameters of one subnet, first form."""
        return self.hyperparameters(netuid) if self.subnet_exists(netuid) else None

    @api(API, args=_ONE_SUBNET, returns=Option(shapes.SubnetHyperparamsV2))
    def get_subnet_hyperparams_v2(self, netuid: int) -> dict[str, Any] | None:
        """Hyperparameters of one subnet, second form."""
        if not self.subnet_exists(netuid):
            return None
        return {**self.hyperparameters(netuid), **self._later_hyperparameters(netuid)}

    @api(API, args=_ONE_SUBNET, returns=Option(Vec(shapes.HyperparamEntry)))
    def get_subnet_hyperparams_v3(self, netuid: int) -> list[dict[str, Any]] | None:
        """Hyperparameters of one subnet as a list of named, typed values."""
        if not self.subnet_exists(netuid):
            return None
        values = {
            **self.hyperparameters(netuid),
            **self._later_hyperparameters(netuid),
            "activity_cutoff_factor": self.ActivityCutoffFactorMilli[netuid],
            "burn_half_life": self.BurnHalfLife[netuid],
            "burn_increase_mult": self.BurnIncreaseMult[netuid],
            "owner_cut_enabled": self.OwnerCutEnabled[netuid],
            "owner_cut_auto_lock_enabled": self.OwnerCutAutoLockEnabled[netuid],
            "min_childkey_take": max(
                self.MinChildkeyTake.get(), self.MinChildkeyTakePerSubnet[netuid]
            ),
        }
        return [
            {"name": name.encode(), "value": variant(kind, values[name])}
            for name, kind in _LISTED_HYPERPARAMETERS
        ]

    @api(API, args=_ONE_SUBNET, returns=Option(u64))
    def get_next_epoch_start_block(self, netuid: int) -> int | None:
        """The block of the next epoch, deferral by the per-block limit not counted."""
        return self.next_epoch_block(netuid)

    @api(API, returns=Option(NetUid))
    def get_subnet_to_prune(self) -> int | None:
        """The subnet that a new one would replace: past immunity, lowest moving price, oldest."""
        return self.network_to_prune()

    @api(API, args=_ONE_SUBNET, returns=Option(AccountId32))
    def get_subnet_account_id(self, netuid: int) -> str | None:
        """The account that holds the subnet's TAO."""
        if netuid not in self.NetworksAdded and netuid != ROOT:
            return None
        return subnet_account(netuid)

    @api(API, args=(("coldkey", AccountId32), ("netuid", NetUid)), returns=Option(AccountId32))
    def get_coldkey_auto_stake_hotkey(self, coldkey: str, netuid: int) -> str | None:
        """The hotkey that a coldkey's mining rewards of a subnet go to, when it chose one."""
        hotkey: str | None = self.AutoStakeDestination.get((coldkey, netuid))
        return hotkey

    def pool_fields(self, netuid: int) -> dict[str, int]:
        """The fields on pool and emission that several answers share."""
        return {
            "alpha_in": self.SubnetAlphaIn[netuid],
            "alpha_out": self.SubnetAlphaOut[netuid],
            "tao_in": self.SubnetTAO[netuid],
            "alpha_out_emission": self.SubnetAlphaOutEmission[netuid],
            "alpha_in_emission": self.SubnetAlphaInEmission[netuid],
            "tao_in_emission": self.SubnetTaoInEmission[netuid],
            "pending_alpha_emission": self.pending_alpha(netuid),
            "pending_root_emission": 0,
            "subnet_volume": self.SubnetVolume[netuid],
        }

    def hyperparameters(self, netuid: int) -> dict[str, Any]:
        """The fields of the first form."""
        alpha_low, alpha_high = self.AlphaValues[netuid]
        return {
            "rho": self.Rho[netuid],
            "kappa": self.Kappa[netuid],
            "immunity_period": self.ImmunityPeriod[netuid],
            "min_allowed_weights": self.MinAllowedWeights[netuid],
            "max_weights_limit": self.MaxWeightsLimit[netuid],
            "tempo": self.Tempo[netuid],
            "min_difficulty": self.MinDifficulty[netuid],
            "max_difficulty": self.MaxDifficulty[netuid],
            "weights_version": self.WeightsVersionKey[netuid],
            "weights_rate_limit": self.WeightsSetRateLimit[netuid],
            "adjustment_interval": self.AdjustmentInterval[netuid],
            "activity_cutoff": self.activity_cutoff_blocks(netuid),
            "registration_allowed": self.NetworkRegistrationAllowed[netuid],
            "target_regs_per_interval": self.TargetRegistrationsPerInterval[netuid],
            "min_burn": self.MinBurn[netuid],
            "max_burn": self.MaxBurn[netuid],
            "bonds_moving_avg": self.BondsMovingAverage[netuid],
            "max_regs_per_block": self.MaxRegistrationsPerBlock[netuid],
            "serving_rate_limit": self.ServingRateLimit[netuid],
            "max_validators": self.MaxAllowedValidators[netuid],
            "adjustment_alpha": self.AdjustmentAlpha[netuid],
            "difficulty": self.Difficulty[netuid],
            "commit_reveal_period": self.RevealPeriodEpochs[netuid],
            "commit_reveal_weights_enabled": self.CommitRevealWeightsEnabled[netuid],
            "alpha_high": alpha_high,
            "alpha_low": alpha_low,
            "liquid_alpha_enabled": self.LiquidAlphaOn[netuid],
        }

    def _later_hyperparameters(self, netuid: int) -> dict[str, Any]:
        return {
            "alpha_sigmoid_steepness": self.AlphaSigmoidSteepness[netuid] << 32,
            "yuma_version": 3 if self.Yuma3On[netuid] else 2,
            "subnet_is_active": self.SubtokenEnabled[netuid],
            "transfers_enabled": self.TransferToggle[netuid],
            "bonds_reset_enabled": self.BondsResetOn[netuid],
            "user_liquidity_enabled": False,
        }

    def _subnet_info(self, netuid: int) -> dict[str, Any]:
        return {
            "netuid": netuid,
            "rho": self.Rho[netuid],
            "kappa": self.Kappa[netuid],
            "difficulty": self.Difficulty[netuid],
            "immunity_period": self.ImmunityPeriod[netuid],
            "max_allowed_validators": self.MaxAllowedValidators[netuid],
            "min_allowed_weights": self.MinAllowedWeights[netuid],
            "max_weights_limit": self.MaxWeightsLimit[netuid],
            "scaling_law_power": self.ScalingLawPower[netuid],
            "subnetwork_n": self.SubnetworkN[netuid],
            "max_allowed_uids": self.MaxAllowedUids[netuid],
            "blocks_since_last_step": self.BlocksSinceLastStep[netuid],
            "tempo": self.Tempo[netuid],
            "network_modality": 0,
            "network_connect": (),
            "burn": self.Burn[netuid],
            "owner": self.SubnetOwner[netuid],
        }


_LISTED_HYPERPARAMETERS: tuple[tuple[str, str], ...] = (
    ("kappa", "U16"),
    ("immunity_period", "U16"),
    ("min_allowed_weights", "U16"),
    ("max_weights_limit", "U16"),
    ("tempo", "U16"),
    ("weights_version", "U64"),
    ("weights_rate_limit", "U64"),
    ("activity_cutoff", "U64"),
    ("activity_cutoff_factor", "U32"),
    ("registration_allowed", "Bool"),
    ("target_regs_per_interval", "U16"),
    ("min_burn", "TaoBalance"),
    ("max_burn", "TaoBalance"),
    ("burn_half_life", "U16"),
    ("burn_increase_mult", "U64F64"),
    ("bonds_moving_avg", "U64"),
    ("max_regs_per_block", "U16"),
    ("serving_rate_limit", "U64"),
    ("max_validators", "U16"),
    ("commit_reveal_period", "U64"),
    ("commit_reveal_weights_enabled", "Bool"),
    ("alpha_high", "U16"),
    ("alpha_low", "U16"),
    ("liquid_alpha_enabled", "Bool"),
    ("alpha_sigmoid_steepness", "I32F32"),
    ("yuma_version", "U16"),
    ("subnet_is_active", "Bool"),
    ("transfers_enabled", "Bool"),
    ("bonds_reset_enabled", "Bool"),
    ("user_liquidity_enabled", "Bool"),
    ("owner_cut_enabled", "Bool"),
    ("owner_cut_auto_lock_enabled", "Bool"),
    ("min_childkey_take", "U16"),
)
