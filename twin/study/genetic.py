"""Look for sets of measures that are best in two aims with NSGA-II, a population at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

from twin.errors import TwinError

Aims = tuple[float, float]
Members = frozenset[str]
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
    evaluate: Callable[[list[Members]], list[Aims | None]],
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
    size = min(max(trials // GENERATIONS, SMALLEST), LARGEST)
    sampler = optuna.samplers.NSGAIISampler(population_size=size, seed=seed)
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    space = {name: optuna.distributions.CategoricalDistribution([False, True]) for name in names}
    seen: set[Members] = set()

    def tell(asked: Sequence[tuple[object, Members]]) -> int:
        fresh = [members for _, members in asked if not broken(members)]
        aims = dict(zip(fresh, evaluate(fresh), strict=True)) if fresh else {}
        for trial, members in asked:
            found = aims.get(members)
            trial.set_constraint("goes together", float(broken(members) + (found is None)))  # type: ignore[attr-defined]
            study.tell(trial, found or (0.0, 0.0))
        return len(fresh)

    def ask() -> tuple[object, Members] | None:
        trial = study.ask(space)
        members = frozenset(name for name in names if trial.params[name])
        if members in seen:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return None
        seen.add(members)
        return trial, members

    try:
        for each in start:
            study.enqueue_trial({name: name in each for name in names})
        tell([each for each in (ask() for _ in start) if each])
        while trials > 0:
            wanted, asked, tries = min(size, trials), list[tuple[object, Members]](), 0
            while tries < PATIENCE * wanted and sum(not broken(members) for _, members in asked) < wanted:
                tries += 1
                asked += [each for each in (ask(),) if each]
            ran = tell(asked)
            if not ran:
                return
            trials -= ran
    finally:
        optuna.logging.set_verbosity(before)
