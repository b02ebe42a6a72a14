"""Photovoltaic arrays on roofs, on the ground and on facades, with their inverters."""

from typing import Literal

from twin.core import Component, Field, forcing, inlet, kernel, needs, output
from twin.physics.photovoltaic import (
    cell_temperature,
    cover_transmittance,
    diffuse_transmittance,
    direct_current,
    inverter,
    spectral_factor,
)
from twin.physics.solar import parts
from twin.units import Degree, PerKelvin, PerSecond, Ratio, Second, Watt

YEAR = 365.25 * 86400.0
"""Julian year. [s]"""


class Photovoltaic(Component):
    """Modules that look one way and the inverters behind them, after PVWatts [1]_.

    The sun on the plane is Perez's; glass, cells, losses, inverter and its rating follow in that order. What the grid refuses is
    left unmade.

    References
    ----------
    .. [1] Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014; the default losses are those of its table 6.
    """

    brick = "PV_Array"
    rating: Watt = Field(ge=0)
    """Direct-current power of the modules at 1000 W/m2 and 25 degC."""
    tilt: Degree = Field(15.0, ge=0, le=90)
    """Of the modules, from horizontal."""
    azimuth: Degree = Field(180.0, ge=0, le=360)
    """Direction they face, clockwise from north."""
    mounting: Literal["open_rack", "ground", "roof", "facade"] = "open_rack"
    """How air passes them: `open_rack` or `ground` (racks that the wind passes under, also on flat roofs), `roof` (close to a roof)
    or `facade` (insulated back)."""
    temperature_coefficient: PerKelvin = Field(-0.0037, ge=-0.01, le=0)
    """Change of power with cell temperature (PVWatts version 8, standard module: -0.37 %/K)."""
    optics: Literal["beam", "full"] = "full"
    """What of the light is lost before the cells: `full` (glass at a slant for direct and diffuse light, spectrum by air mass, as in
    PVWatts version 8) or `beam` (glass for direct light alone, as in PVWatts version 5 and pvlib's chain)."""
    dc_ac: Ratio = Field(1.2, gt=0)
    """Rating of the modules over that of the inverters (PVWatts version 8 default: 1.2)."""
    efficiency: Ratio = Field(0.96, gt=0, le=0.99)
    """Of the inverters at their rating (PVWatts default)."""
    soiling: Ratio = Field(0.02, ge=0, lt=1)
    """Light lost to dust."""
    shading: Ratio = Field(0.03, ge=0, lt=1)
    """Light lost to what stands around, and between rows."""
    snow: Ratio = Field(0.0, ge=0, lt=1)
    """Energy lost to snow."""
    mismatch: Ratio = Field(0.02, ge=0, lt=1)
    """Power lost as modules of a string differ."""
    wiring: Ratio = Field(0.02, ge=0, lt=1)
    """Power lost in cables."""
    connections: Ratio = Field(0.005, ge=0, lt=1)
    """Power lost in connectors."""
    first_light: Ratio = Field(0.015, ge=0, lt=1)
    """Power lost within the first months of light."""
    nameplate: Ratio = Field(0.01, ge=-0.05, lt=1)
    """Power by which the modules miss their rating."""
    availability: Ratio = Field(0.97, ge=0, le=1)
    """Share of the year's energy at which the array is in service."""
    degradation: PerSecond = Field(0.005 / YEAR, ge=0)
    """Power lost per time in service (Jordan and Kurtz, Progress in Photovoltaics 21(1), 2013: median 0.5 % a year)."""
    age: Second = Field(0.0, ge=0, le=50 * YEAR)
    """Time in service in the middle of the run."""
    electricity = needs("electricity", made="potential", kept="kept")
    each_tick = ("power", "irradiance")

    irradiance = inlet("W/m2", "Sun on the modules", point="AI", card="trend")
    cell = inlet("degC", "Cell temperature in the sun", point="AI")
    offer = inlet("1", "Direct-current power over the rating, before losses")
    kept = inlet("1", "Share of the potential that is taken", start=1.0)
    potential = output("W", "Power that the array could give")
    direct = output("W", "Direct-current power that the inverters would draw")
    clipped = output("W", "Direct-current power over what the inverters can take")
    power = output(
        "W", "Power given", medium="electricity", energy="out", ledger="generation", point="AI", card="trend"
    )
    sun = output("W", "Direct-current power made from the sun", medium="sun", energy="in")
    warmth = output("W", "Heat of the inverters", medium="outdoors", energy="out")

    @forcing(tells=("irradiance", "cell", "offer"))
    def shine(grid, tilt, azimuth, mounting, optics, temperature_coefficient):
        """Sun on the plane, through the glass, and what the cells make of it."""
        beam, sky, ground, cosine = parts(grid, tilt, azimuth)
        light = beam + sky + ground
        cell = cell_temperature(light, grid.dry_bulb, grid.wind_speed, mounting)
        passed = beam * cover_transmittance(cosine) + sky + ground
        if optics == "full":
            of_sky, of_ground = diffuse_transmittance(tilt)
            passed = passed - sky * (1.0 - of_sky) - ground * (1.0 - of_ground)
            passed = passed * spectral_factor(grid.airmass)
        return light, cell, direct_current(passed, cell, temperature_coefficient)

    @kernel(tells=("potential", "direct", "clipped"))
    def ask(
        offer, rating, dc_ac, efficiency, soiling, shading, snow, mismatch, wiring, connections, first_light, nameplate,
        availability, degradation, age,
    ):  # fmt: skip
        """Losses one after the other, then the inverter; an outage of a part stops its share of the inverters, too."""
        left = (1.0 - soiling) * (1.0 - shading) * (1.0 - snow) * (1.0 - mismatch) * (1.0 - wiring)
        left *= (1.0 - connections) * (1.0 - first_light) * (1.0 - nameplate) * max(1.0 - degradation * age, 0.0)
        made = offer * rating * left
        power, drawn = inverter(made, rating / dc_ac, efficiency)
        clipped = max(made - drawn, 0.0) if power > 0.0 else 0.0
        return power * availability, drawn * availability, clipped * availability

    @kernel(tells=("power", "sun", "warmth"))
    def step(potential, direct, kept):
        """What is taken."""
        return potential * kept, direct * kept, (direct - potential) * kept
