"""JSON Schemas of what commands print, made from the rows' own declarations."""

from __future__ import annotations

import typing
from importlib import import_module
from typing import Any

from taoctl.cli.config import SettingRow
from taoctl.cli.schema_parts import (
    INT,
    INT_OR_NULL,
    TAO,
    TAO_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Plain,
    Shape,
    array,
    obj,
    row_schema,
    shaped,
)
from taoctl.cli.transact_schemas import ERROR_DETAILS
from taoctl.errors import Exit
from taoctl.reads.chain import BlockRow, ChainRow
from taoctl.reads.hyperparameters import HyperparameterRow
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.registry import load
from taoctl.reads.subnet_detail import SubnetDetailRow
from taoctl.reads.subnets import SubnetRow

DIALECT = "https://json-schema.org/draft/2020-12/schema"

SHAPES: dict[str, Shape] = {
    "taoctl.chain.info/1": Shape("taoctl chain info", ChainRow, single=True),
    "taoctl.chain.block/1": Shape("taoctl chain block", BlockRow, single=True),
    "taoctl.subnet.show/1": Shape("taoctl subnet show", SubnetDetailRow, single=True),
    "taoctl.subnet.hyperparameters/1": Shape("taoctl subnet hyperparameters", HyperparameterRow),
}


_MODULES = (
    "taoctl.cli.address",
    "taoctl.cli.explain",
    "taoctl.cli.gov.schemas",
    "taoctl.cli.gov.show_schemas",
    "taoctl.cli.identity",
    "taoctl.cli.lab_schemas",
    "taoctl.cli.network_schemas",
    "taoctl.cli.neuron.schemas",
    "taoctl.cli.stake.schemas",
    "taoctl.cli.stake.setting_schemas",
    "taoctl.cli.subnet_hyperparameter_files",
    "taoctl.cli.subnet_hyperparameters",
    "taoctl.cli.subnet_mechanism_schemas",
    "taoctl.cli.subnet_naming",
    "taoctl.cli.subnet_schemas",
    "taoctl.cli.subnet_tempo",
    "taoctl.cli.transact_schemas",
    "taoctl.cli.tx",
    "taoctl.cli.wallet.schemas",
    "taoctl.cli.weights.schemas",
)
"""Modules with `SCHEMAS` of their own command groups."""


def every() -> dict[str, dict[str, Any]]:
    """Every schema that is made from code, by file name."""
    made: dict[str, dict[str, Any]] = {}
    for name, read in load().items():
        id_ = f"taoctl.query.{name}/1"
        single = typing.get_type_hints(read.function).get("return") is read.row
        made[id_] = _envelope(id_, f"taoctl query {name}", shaped(Shape("", read.row, single)))
    for part in (SHAPES, _PLAIN, *(import_module(name).SCHEMAS for name in _MODULES)):
        made |= {id_: _envelope(id_, one.title, shaped(one)) for id_, one in part.items()}
    made[ERROR_ID] = _error()
    return {file_name(id_): schema for id_, schema in made.items()}


def file_name(schema_id: str) -> str:
    """The file of a schema: `taoctl.subnet.list/1` is `taoctl.subnet.list.1.json`."""
    return schema_id.replace("/", ".") + ".json"


def _envelope(schema_id: str, title: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": schema_id,
        "title": title,
        **obj(
            schema={"const": schema_id},
            network={"type": ["string", "null"]},
            genesis={"type": ["string", "null"]},
            block={"type": ["integer", "null"]},
            block_hash={"type": ["string", "null"]},
            spec_version={"type": ["integer", "null"]},
            simulated={"type": "boolean"},
            data=data,
        ),
    }


ERROR_ID = "taoctl.error/1"

_PLAIN: dict[str, Plain] = {
    "taoctl.localnet.up/1": Plain(
        "taoctl localnet up --detach",
        obj(pid=INT, port=INT, endpoint=TEXT, state_dir=TEXT_OR_NULL, moved_aside=TEXT_OR_NULL),
    ),
    "taoctl.localnet.down/1": Plain(
        "taoctl localnet down",
        obj(port=INT, pid=INT, block=INT_OR_NULL),
    ),
    "taoctl.localnet.advance/1": Plain(
        "taoctl localnet advance",
        obj(block=INT, block_hash=TEXT, finalized=INT),
    ),
    "taoctl.localnet.faucet/1": Plain(
        "taoctl localnet faucet",
        obj(account=TEXT, amount=TAO, free=TAO, block=INT, block_hash=TEXT),
    ),
    "taoctl.localnet.status/1": Plain(
        "taoctl localnet status",
        obj(
            scenario=TEXT,
            chain=TEXT,
            version=TEXT,
            spec_version=INT,
            genesis_hash=TEXT,
            block=INT,
            block_hash=TEXT,
            finalized=INT,
            block_time={"type": "number"},
            seal={"enum": ["interval", "instant", "manual"]},
            faults=array(TEXT),
            pool=obj(ready=INT, future=INT),
            subnets=array(obj(netuid=INT, tempo=INT, last_epoch=INT, next_epoch=INT_OR_NULL)),
            dev_accounts=array(obj(name=TEXT, ss58=TEXT, insecure={"const": True})),
            sudo=TEXT_OR_NULL,
            governance=TEXT_OR_NULL,
            endpoint=TEXT,
            state_dir=TEXT_OR_NULL,
            pid=INT,
            instance=TEXT,
            uptime_seconds=INT,
            problem=TEXT_OR_NULL,
        ),
    ),
    "taoctl.demo/1": Plain(
        "taoctl demo --headless",
        obj(
            simulated={"type": "boolean"},
            blocks=INT,
            first_block=INT,
            last_block=INT,
            subnets=INT,
            neurons=INT,
            my_neurons=array(row_schema(MyNeuronRow)),
            earnings=obj(
                tao_per_day=TAO_OR_NULL,
                points=array(obj(block=INT, tao_per_day=TAO_OR_NULL)),
            ),
            gpus=array(
                obj(
                    index=INT,
                    name=TEXT_OR_NULL,
                    simulated={"type": "boolean"},
                    utilisation_pct=INT_OR_NULL,
                    memory_used_bytes=INT_OR_NULL,
                    memory_total_bytes=INT_OR_NULL,
                    power_mw=INT_OR_NULL,
                    temperature_c=INT_OR_NULL,
                    energy_mj=INT_OR_NULL,
                )
            ),
        ),
    ),
    "taoctl.config.explain/1": Plain(
        "taoctl config explain",
        obj(
            file=TEXT,
            context=TEXT_OR_NULL,
            settings=array(row_schema(SettingRow)),
        ),
    ),
    "taoctl.subnet.metagraph/1": Plain(
        "taoctl subnet metagraph",
        obj(
            immunity_period_blocks={"type": ["integer", "null"]},
            max_validators={"type": ["integer", "null"]},
            subnet=row_schema(SubnetRow),
            neurons={"type": "array", "items": row_schema(NeuronRow)},
        ),
    ),
    "taoctl.query.list/1": Plain(
        "taoctl query --list",
        {
            "type": "array",
            "items": obj(
                name={"type": "string"},
                usage={"type": "string"},
                help={"type": "string"},
                needs={"type": "array", "items": {"type": "string"}},
            ),
        },
    ),
}


def _error() -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": ERROR_ID,
        "title": "any error, on stderr",
        **obj(
            schema={"const": ERROR_ID},
            error=obj(
                code={"type": "string"},
                exit_code={"enum": sorted(int(code) for code in Exit if code)},
                message={"type": "string"},
                hint={"type": ["string", "null"]},
                details={"anyOf": [ERROR_DETAILS, {"type": "null"}]},
            ),
        ),
    }
