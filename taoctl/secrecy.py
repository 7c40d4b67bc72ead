"""Keeping secrets that this process has read out of what it writes about its own failures.

An unexpected error may quote anything, so whoever reads a secret says so here, and reports go
through `without_secrets`. Nothing is written anywhere; the list dies with the process.
"""

from __future__ import annotations

import json
import re

_SHORTEST = 3
"""A shorter text is in every sentence; hiding it would tell that it is a secret."""

_HIDDEN = "<secret>"
_RUN = 3
"""This many words of a mnemonic in a row are hidden, whatever stands between them."""

_known: set[str] = set()


def remember(secret: str) -> str:
    """The secret itself, which `without_secrets` hides from now on: a password, words, a key."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    return secret


def without_secrets(text: str) -> str:
    """The text without any secret that was remembered, quoted or escaped, and without its words."""
    for secret in sorted(_known, key=len, reverse=True):
        for written in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]):
            text = text.replace(written, _HIDDEN)
        words = secret.split()
        if len(words) >= _RUN:
            any_word = "|".join(sorted({re.escape(word) for word in words}, key=len, reverse=True))
            text = re.sub(
                rf"\b(?:(?:{any_word})\b[\W\d_]*){{{_RUN - 1},}}(?:{any_word})\b", _HIDDEN, text
            )
    return text
