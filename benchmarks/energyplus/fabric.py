"""Run the same buildings through EnergyPlus and the twin on one core at the same step: `python benchmarks/energyplus/fabric.py CASES WEATHER`.

EnergyPlus comes with the extra `benchmarks` (pyenergyplus-lbnl). Its warm time is the slope of its CPU time over steps per hour
times the steps, so that start-up does not count; the twin's is the CPU time of a year in a process that has run one before. As
whole processes, both start afresh with what they keep on disk: the twin its compiled kernels, parsed weather and forcing.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import model
import numpy as np
import office
import office_twin
import sun_space

from twin.components.ideal_loads import IdealLoads
from twin.sim.plan import Plan
from twin.sim.scene import Clock, Scene
from twin.sim.simulation import Simulation
from twin.validate import ashrae140
from twin.weather import Weather
from twin.weather.almanac import Almanac

STEPS = 4
RUNS = 5
NAMES = ("600", "900", "sun space", "office", "office with VAV")
ENERGYPLUS = """
import sys, time
from pyenergyplus.api import EnergyPlusAPI
api = EnergyPlusAPI()
state = api.state_manager.new_state()
api.runtime.set_console_output_status(state, False)
failed = api.runtime.run_energyplus(state, ["-d", sys.argv[2], "-w", sys.argv[3], sys.argv[1]])
print(failed, time.process_time())
"""
OUTPUTS = {
    "Zone Ideal Loads Zone Sensible Heating Energy": "heating", "Zone Ideal Loads Zone Sensible Cooling Energy": "cooling",
    "Heating Coil Heating Energy": "heating", "Cooling Coil Total Cooling Energy": "cooling", "Fan Electricity Energy": "fan",
}  # fmt: skip


def description(name: str, path: Path) -> dict[str, Any]:
    """The fabric of a building."""
    if name.startswith("office"):
        return office.case()
    found = ashrae140.cases(path)
    return sun_space.case(found["600"], found["900"]) if name == "sun space" else dict(found[name])


def text(name: str, case: dict[str, Any], steps: int) -> str:
    """EnergyPlus' input file."""
    if name == "office with VAV":
        return model.text({**case, "thermostats": []}, steps) + office.systems()
    return model.text(case, steps)


def energyplus(source: str, weather: Path, folder: Path) -> tuple[float, dict[str, dict[str, float]]]:
    """CPU seconds of the whole process, and annual sums by object and quantity. [MWh]"""
    path = folder / "case.idf"
    path.write_text(source, encoding="utf-8")
    command = [sys.executable, "-c", ENERGYPLUS, str(path), str(folder), str(weather)]
    failed, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-2:]
    if failed != "0":
        raise SystemExit((folder / "eplusout.err").read_text(encoding="utf-8"))
    return float(seconds), sums(folder / "eplusout.eso")


def sums(path: Path) -> dict[str, dict[str, float]]:
    """Annual sums of the hourly values in an output file, by object and quantity. [MWh]"""
    codes: dict[str, tuple[str, str]] = {}
    found: dict[str, dict[str, float]] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split(",")
        name = next((name for name in OUTPUTS if name in line), None)
        if name and len(parts) > 3:
            thing = parts[2].removesuffix(" LOADS").removesuffix(" REHEAT").removesuffix(" COIL").removesuffix(" FAN")
            codes[parts[0]] = (thing, OUTPUTS[name])
            found.setdefault(thing, {}).setdefault(OUTPUTS[name], 0.0)
        elif parts[0] in codes and len(parts) == 2:
            thing, what = codes[parts[0]]
            found[thing][what] += float(parts[1]) / 3.6e9
    return found


def twin(
    name: str, case: dict[str, Any], weather: Weather
) -> tuple[ashrae140.Case, Callable[[Any], dict[str, dict[str, float]]]]:
    """The building for the twin, and what reads its loads."""
    built = ashrae140.build(name, case, weather)
    if name == "office with VAV":
        built = office_twin.with_systems(built, float(np.mean(weather.pressure)))
        return built, lambda ran: office_twin.loads(ran, 900.0)
    zones = [each.name.removesuffix(" loads") for each in built.site.components if isinstance(each, IdealLoads)]

    def read(ran: Any) -> dict[str, dict[str, float]]:
        pairs = (("heating", "heat"), ("cooling", "cold"))
        return {z: {k: float(ran.series(f"{z} loads.{s}").sum() * 900.0 / 3.6e9) for k, s in pairs} for z in zones}

    return built, read


def warm(case: ashrae140.Case, weather: Weather) -> float:
    """CPU seconds of a year in a process that has run one before, median."""
    scene = Scene(weather, Almanac("US"))
    plan = Plan(list(case.site.components), case.site.wiring(), frozenset(case.given))
    table = plan.link()
    spent = []
    for _ in range(RUNS + 1):
        simulation = Simulation(plan, Clock(weather.start, 35_040, 900.0), scene, case.given, table=table)
        began = time.process_time()
        simulation.advance()
        spent.append(time.process_time() - began)
    return statistics.median(spent[1:])


def alone(name: str, cases: Path, weather: Path) -> None:
    """One year in a process of its own: loads as JSON, then CPU seconds."""
    sky = Weather.epw(weather)
    case, read = twin(name, description(name, cases), sky)
    more = ("* box.power", "unit *.cooling_done", "unit *.power") if name == "office with VAV" else ()
    print(json.dumps(read(ashrae140.run(case, sky, more=more))))
    print(time.process_time())


def compare(name: str, cases: Path, weather: Path) -> None:
    """Print loads zone by zone and how much faster the twin is."""
    case = description(name, cases)
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            s: [energyplus(text(name, case, s), weather, Path(folder)) for _ in range(3)]
            for s in (STEPS, 2 * STEPS, 3 * STEPS)
        }
    spent = {steps: statistics.median(seconds for seconds, _ in each) for steps, each in runs.items()}
    slope = float(np.polyfit(list(spent), list(spent.values()), 1)[0]) * STEPS
    command = [sys.executable, __file__, str(cases), str(weather), name]
    plain = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    told = [
        subprocess.run(command, capture_output=True, text=True, check=True, env=plain).stdout.splitlines()
        for _ in range(RUNS + 1)
    ]
    whole = statistics.median(float(lines[1]) for lines in told[1:])
    sky = Weather.epw(weather)
    own = warm(twin(name, case, sky)[0], sky)
    print(f"{name}: warm: EnergyPlus {slope:.3f} s, twin {own:.4f} s, {slope / own:.1f} times faster; ", end="")
    print(f"process: EnergyPlus {spent[STEPS]:.2f} s, twin {whole:.2f} s, {spent[STEPS] / whole:.2f} times faster")
    ours = json.loads(told[0][0])
    for thing, theirs in runs[STEPS][0][1].items():
        mine = next((each for zone, each in ours.items() if zone.upper() == thing), {})
        parts = [
            f"{k} {theirs[k]:.3f} / {mine[k]:.3f} MWh ({_apart(mine[k], theirs[k])})"
            for k in sorted(theirs)
            if k in mine
        ]
        print(f"  {thing}: EnergyPlus / twin: {', '.join(parts)}")


def _apart(mine: float, theirs: float) -> str:
    return f"{mine / theirs - 1:+.1%}" if theirs > 1e-3 else "-"


def main() -> None:
    """Compare every building, or those named; run one alone where three arguments are given by this program itself."""
    if importlib.util.find_spec("pyenergyplus") is None:
        print("EnergyPlus is not installed: pip install 'campus-twin[benchmarks]'")
        return
    if len(sys.argv) == 4:
        alone(sys.argv[3], Path(sys.argv[1]), Path(sys.argv[2]))
    elif len(sys.argv) == 3:
        for name in NAMES:
            compare(name, Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
