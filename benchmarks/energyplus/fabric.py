"""Run fabric cases through EnergyPlus and the twin, one core, same step: `python benchmarks/energyplus/fabric.py CASES WEATHER`.

EnergyPlus comes with the extra `benchmarks` (pyenergyplus-lbnl). Its warm time is the slope of its CPU time over steps per hour
times the steps, so that start-up does not count; the twin's is the CPU time of a year in a process that has run one before.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import model
import numpy as np

from twin.components.ideal_loads import IdealLoads
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Simulation
from twin.validate import ashrae140
from twin.weather import Weather
from twin.weather.almanac import Almanac

NAMES = ("600", "900")
STEPS = 4
RUNS = 5
ENERGYPLUS = """
import sys, time
from pyenergyplus.api import EnergyPlusAPI
api = EnergyPlusAPI()
state = api.state_manager.new_state()
api.runtime.set_console_output_status(state, False)
failed = api.runtime.run_energyplus(state, ["-d", sys.argv[2], "-w", sys.argv[3], sys.argv[1]])
print(failed, time.process_time())
"""


def energyplus(case: dict, steps: int, weather: Path, folder: Path) -> tuple[float, dict[str, float]]:
    """CPU seconds of the whole process, and annual loads [MWh]."""
    source = folder / "case.idf"
    source.write_text(model.text(case, steps), encoding="utf-8")
    command = [sys.executable, "-c", ENERGYPLUS, str(source), str(folder), str(weather)]
    failed, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-2:]
    if failed != "0":
        raise SystemExit((folder / "eplusout.err").read_text(encoding="utf-8"))
    return float(seconds), loads(folder / "eplusout.eso")


def loads(path: Path) -> dict[str, float]:
    """Annual sums of the hourly loads in an output file. [MWh]"""
    codes, sums = {}, dict.fromkeys(model.LOADS, 0.0)
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split(",")
        name = next((name for name in model.LOADS if name in line), None)
        if name and len(parts) > 3:
            codes[parts[0]] = name
        elif parts[0] in codes and len(parts) == 2:
            sums[codes[parts[0]]] += float(parts[1]) / 3.6e9
    return sums


def twin(case: ashrae140.Case, weather: Weather) -> tuple[float, dict[str, float]]:
    """CPU seconds of a warm year (median), and annual loads [MWh]."""
    scene = Scene(weather, Almanac("US"))
    plan = Plan(list(case.site.components), case.site.wiring(), frozenset(case.given))
    table = plan.link()
    spent = []
    for _ in range(RUNS + 1):
        simulation = Simulation(plan, Clock(weather.start, 35_040, 900.0), scene, case.given, table=table)
        began = time.process_time()
        simulation.advance()
        spent.append(time.process_time() - began)
    ran = ashrae140.run(case, weather)
    name = next(each.name for each in case.site.components if isinstance(each, IdealLoads))
    sums = [float(ran.series(f"{name}.{signal}").sum() * 900.0 / 3.6e9) for signal in ("heat", "cold")]
    return statistics.median(spent[1:]), dict(zip(model.LOADS, sums, strict=True))


def main() -> None:
    """Print loads, their difference, and how much faster the twin is."""
    if importlib.util.find_spec("pyenergyplus") is None:
        print("EnergyPlus is not installed: pip install 'campus-twin[benchmarks]'")
        return
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    cases, path = ashrae140.cases(Path(sys.argv[1])), Path(sys.argv[2])
    weather = Weather.epw(path)
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            times = {
                s: [energyplus(cases[name], s, path, Path(folder)) for _ in range(3)] for s in (1, STEPS, 3 * STEPS)
            }
        spent = {steps: statistics.median(seconds for seconds, _ in runs) for steps, runs in times.items()}
        slope = float(np.polyfit(list(spent), list(spent.values()), 1)[0])
        own, sums = twin(ashrae140.build(name, cases[name], weather), weather)
        print(
            f"case {name}: EnergyPlus {spent[STEPS]:.2f} s a process, {slope * STEPS:.3f} s warm; twin {own:.3f} s warm",
            end="; ",
        )
        print(f"{slope * STEPS / own:.1f} times faster warm")
        for what, theirs in times[STEPS][0][1].items():
            print(f"  {what}: EnergyPlus {theirs:.3f}, twin {sums[what]:.3f} MWh ({sums[what] / theirs - 1:+.1%})")


if __name__ == "__main__":
    main()
