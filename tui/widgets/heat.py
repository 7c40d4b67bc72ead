"""From a share to one of a few grades of heat, between the least and the largest of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from taoctl.reads.columns import ratio_text
from taoctl.reads.weight_map import shade, shade_floors
from taoctl.reads.weight_matrix import WeightMatrix

GRADES = 7
"""How many grades there are besides that of nothing."""


@dataclass(frozen=True, slots=True)
class HeatScale:
    """Where the grades of a matrix begin, in millionths; the first is for all that is less too."""

    floors: tuple[int, ...] = (0,) * GRADES

    @classmethod
    def of(cls, matrix: WeightMatrix | None) -> Self:
        """The grades that tell most about a matrix, the same as `taoctl weights show` has."""
        if matrix is None:
            return cls()
        shares = (line.share_ppm(uid) or 0 for line in matrix.lines for uid in line.weights)
        return cls(shade_floors(shares, GRADES))

    def grade(self, ppm: int | None) -> int:
        """The grade of a share in millionths, 0 for nothing and up to GRADES.

        A share that is there but rounds to no millionth is of the first grade.
        """
        return 0 if ppm is None else shade(max(ppm, 1), self.floors)

    def legend(self) -> tuple[tuple[int, str], ...]:
        """Grades and the per cent at which they begin; of those that read alike only the last.

        The first is said to be less, for it has all that is less than the second.
        """
        if not any(self.floors):
            return ()
        texts = [_per_cent(floor) for floor in self.floors]
        if len(set(texts)) > 1:
            texts[0] = "less"
        following = [*texts[1:], ""]
        return tuple(
            (step, text)
            for step, (text, after) in enumerate(zip(texts, following, strict=True), 1)
            if text != after
        )


def _per_cent(ppm: int) -> str:
    """Per cent with as many digits as four characters hold."""
    if ppm < 100:
        return "<.01"
    return ratio_text(ppm, 10_000, 1 if ppm >= 100_000 else 2)
