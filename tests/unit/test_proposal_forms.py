"""The entries of the history of proposals: read back as they were, or refused in words."""

from __future__ import annotations

import json

import pytest

from taoctl.errors import BadDataError
from taoctl.history.proposal_forms import proposal_text, read_proposal
from taoctl.reads.governance.backends import Backend
from taoctl.reads.governance.proposal import Proposal, Status, Tally

KEPT = Proposal(
    backend=Backend.REFERENDA,
    id="3",
    status=Status.ONGOING,
    index=3,
    call=b"\x01\x02",
    tally=Tally(1, 0, 3),
    ayes=("5Alice",),
    timepoint=(7, 1),
)


def test_an_entry_is_read_back_as_it_was_kept() -> None:
    assert read_proposal(proposal_text(KEPT)) == KEPT


@pytest.mark.parametrize(
    ("field", "value"),
    [("index", "q"), ("id", 3), ("opened_block", 1.5), ("hash", ["0x"]), ("index", True)],
)
def test_a_value_of_another_type_is_bad_data_and_no_crash(field: str, value: object) -> None:
    entry = json.loads(proposal_text(KEPT)) | {field: value}
    with pytest.raises(BadDataError, match="cannot be read"):
        read_proposal(json.dumps(entry))
