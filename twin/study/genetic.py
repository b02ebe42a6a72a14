"""Look for sets of measures that are best in two aims with NSGA-II, a population at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from twin.errors import TwinError

Aims = tuple[float, float]
Members = frozenset[str]
Evaluate = Callable[[list[Members]], list["Aims | None"]]
SMALLEST, LARGEST = 8, 50
"""Ends of the size of a population."""
GENERATIONS = 8
"""Populations that a search is cut into, where its trials suffice."""
PATIENCE = 30
"""Sets that are drawn for each new one wanted before a population is what it is."""


class SearchError(TwinError):
    """A search needs what is not installed."""

    exit_code = 2


def package() -> ModuleType:
    """The optimiser, which only a search loads.

    Raises
    ------
    SearchError
        When it is not installed.
    """
    try:
        import optuna
    except ImportError as problem:
        raise SearchError(
            "a search of so many sets needs the package optuna: pip install 'campus-twin[search]'; or let --trials allow all sets, or "
            "choose fewer measures with --measure"
        ) from problem
    return optuna


def explore(
    names: Sequence[str],
    start: Sequence[Members],
    evaluate: Evaluate,
    broken: Callable[[Members], int],
    trials: int,
    seed: int,
) -> None:
    """Ask for sets of measures and have them evaluated, until so many new ones were.

    Parameters
    ----------
    names : of the measures. start : sets that are evaluated already. evaluate : both aims of sets, smaller is better; None for
    one that cannot be run; it keeps what it found. broken : how many rules a set breaks; such a set is never evaluated.
    trials : new sets. seed : of the search; the same seed asks for the same sets.

    References
    ----------
    Deb, Pratap, Agarwal and Meyarivan, IEEE Transactions on Evolutionary Computation 6(2), 2002: NSGA-II with constrained
    domination, by optuna's NSGAIISampler.
    """
    optuna = package()
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        herd = _Herd(optuna, names, evaluate, broken, min(max(trials // GENERATIONS, SMALLEST), LARGEST), seed)
        herd.begin(start)
        while trials > 0:
            ran = herd.generation(trials)
            if not ran:
                return
            trials -= ran
    finally:
        optuna.logging.set_verbosity(before)


class _Herd:
    """A study of the optimiser: asks for sets and tells what came of them, each set once; see `explore`."""

    def __init__(
        self, optuna: ModuleType, names: Sequence[str], evaluate: Evaluate, broken: Callable[[Members], int], size: int, seed: int
    ) -> None:  # fmt: skip
        self.names, self.evaluate, self.broken, self.size = names, evaluate, broken, size
        sampler = optuna.samplers.NSGAIISampler(population_size=size, seed=seed)
        self._study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
        self._space = {name: optuna.distributions.CategoricalDistribution([False, True]) for name in names}
        self._failed = optuna.trial.TrialState.FAIL
        self._seen: set[Members] = set()

    def begin(self, start: Sequence[Members]) -> None:
        """Take sets as the first population."""
        for each in start:
            self._study.enqueue_trial({name: name in each for name in self.names})
        self._tell([each for each in (self._ask() for _ in start) if each])

    def generation(self, most: int) -> int:
        """Evaluate a population of new sets, and tell how many there were."""
        wanted, asked, new = min(self.size, most), list[tuple[Any, Members]](), 0
        for _ in range(PATIENCE * wanted):
            found = self._ask()
            if found:
                asked.append(found)
                new += not self.broken(found[1])
            if new == wanted:
                break
        return self._tell(asked)

    def _ask(self) -> tuple[Any, Members] | None:
        """A set with its trial; None where it was asked for before."""
        trial = self._study.ask(self._space)
        members = frozenset(name for name in self.names if trial.params[name])
        if members in self._seen:
            self._study.tell(trial, state=self._failed)
            return None
        self._seen.add(members)
        return trial, members

    def _tell(self, asked: Sequence[tuple[Any, Members]]) -> int:
        fresh = [members for _, members in asked if not self.broken(members)]
        aims = dict(zip(fresh, self.evaluate(fresh), strict=True)) if fresh else {}
        for trial, members in asked:
            found = aims.get(members)
            trial.set_constraint("goes together", float(self.broken(members) + (found is None)))
            self._study.tell(trial, found or (0.0, 0.0))
        return len(fresh)
