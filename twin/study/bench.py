"""Outcomes of sets of measures with the middle numbers, each set run once and kept in the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twin.site.site import Site
from twin.study.engine import Means, Progress, work_study
from twin.study.sets import Sets
from twin.study.task import Outcome, Task


class Bench:
    """Runs sets of measures; called with some, it gives the outcome of each, or why it cannot be had.

    Parameters
    ----------
    site : with its measures. weather : by name; empty for the site's own. step : tick. [s]
    means : what may be used, and the store that keeps the runs. progress : told (runs done, runs of this call).
    sets : which measures go together, where that is known already.
    """

    def __init__(
        self, site: Site, weather: str, step: float, means: Means, progress: Progress | None = None, sets: Sets | None = None
    ) -> None:  # fmt: skip
        self.site, self.weather, self.step = site, weather or site.location.climate, step
        self.means, self.progress = means, progress
        self.sets = sets or Sets(site)
        self.known: dict[frozenset[str], Outcome | str] = {}
        """What came of each set that was run."""

    def __call__(self, sets: Sequence[Iterable[str]]) -> list[Outcome | str]:
        """Outcomes of sets in their order; a text says why one cannot be run."""
        wanted = [frozenset(each) for each in sets]
        refused = {each: self.sets.problem(each) for each in wanted if each not in self.known}
        fresh = [each for each in dict.fromkeys(wanted) if each not in self.known and not refused[each]]
        if fresh:
            named = [(str(place), self.sets.ordered(each)) for place, each in enumerate(fresh)]
            (sample,) = work_study([Task(self.site, self.weather, self.step, {}, named)], self.means, self.progress)
            for each, (name, _) in zip(fresh, named, strict=True):
                self.known[each] = sample.problem(name) or sample[name]
            self.means = self.means.quietly()  # which runs were found is news once
        return [self.known[each] if each in self.known else refused[each] for each in wanted]
