"""How several sources become one value: texts of the compiled loops, and what stands in the index for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twin.sim.columns import LANES
from twin.sim.emit import BATCH, HEAD

SUM, MAXIMUM, MEAN, RESOLVE, WEIGHTED = "sum", "max", "mean", "resolve", "weighted"
"""`weighted` sums give each source a weight of its own; `resolve` takes the operator's value if there is one, else the source."""
FIRST = {SUM: "v[x[{at}]]", WEIGHTED: "v[x[{at} + {far}]] * v[x[{at}]]"}
NEXT = {
    SUM: "{sum} + v[x[{at}]]",
    WEIGHTED: "{sum} + v[x[{at} + {far}]] * v[x[{at}]]",
    MAXIMUM: "max({sum}, v[x[{at}]])",
}


def join_text(mode: str) -> str:
    """Text of the compiled loop over groups of four values with equally many sources.

    A group stands in the index as the number of its sources, four places to write, and four places for each source;
    `weighted` has the places of all weights behind.
    """
    lanes = range(LANES)
    body = [f"        base = p + {1 + LANES}"]
    if mode == RESOLVE:
        body += [f"        a{k} = v[x[base + {k}]]" for k in lanes] + [
            f"        o{k} = v[x[base + {LANES + k}]]" for k in lanes
        ]
        body += [f"        v[x[p + {1 + k}]] = o{k} if o{k} == o{k} else a{k}" for k in lanes]
    else:
        kind = SUM if mode == MEAN else mode
        first = FIRST.get(kind, FIRST[SUM])
        body += ["        far = many * 4"]
        body += [f"        a{k} = {first.format(at=f'base + {k}', far='far')}" for k in lanes]
        body += [f"        for q in range(base + {LANES}, base + far, {LANES}):"]
        body += [f"            a{k} = {NEXT[kind].format(sum=f'a{k}', at=f'q + {k}', far='far')}" for k in lanes]
        body += [f"        v[x[p + {1 + k}]] = a{k}" + (" / many" if mode == MEAN else "") for k in lanes]
    step = f"        p += {1 + LANES} + {LANES} * many" + (" * 2" if mode == WEIGHTED else "")
    return "\n".join(
        [
            HEAD,
            BATCH,
            "def batch(v, x, n):",
            "    p = 0",
            "    for _ in range(n):",
            "        many = x[p]",
            *body,
            step,
            "",
        ]
    )


def groups(rows: Sequence[tuple[int, Sequence[int]]]) -> Iterable[list[int]]:
    """Index of each group of four; the last row of a short group stands in for the missing.

    Parameters
    ----------
    rows : (place to write, places of sources and, for `weighted`, of weights behind) with equally many places each.
    """
    for first in range(0, len(rows), LANES):
        four = list(rows[first : first + LANES])
        four += [four[-1]] * (LANES - len(four))
        yield [
            *(row[0] for row in four),
            *(place for places in zip(*(row[1] for row in four), strict=True) for place in places),
        ]
