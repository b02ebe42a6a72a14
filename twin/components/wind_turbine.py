"""Wind turbines, from micro turbines on masts to those of wind farms."""

from itertools import pairwise
from typing import Literal

from pydantic import model_validator

from twin.core import Component, Field, forcing, inlet, kernel, needs, output
from twin.physics.wind_turbine import (
    DENSITY_LAPSE,
    MAST,
    STANDARD_DENSITY,
    curve_share,
    hub_wind,
    normalised_wind,
)
from twin.units import Metre, Ratio, Ratios, Speeds, Watt


class WindTurbine(Component):
    """Equal turbines with one power curve, told in standard air at the hub (IEC 61400-12-1).

    The default curve is that of a pitching turbine of 2.3 MW and 71 m (Enercon E-70 E4, manufacturer's table at 1.225 kg/m3).
    """

    brick = "Energy_Generation_System"
    rating: Watt = Field(ge=0)
    """Power of one turbine where its curve is at 1."""
    count: float = Field(1.0, ge=0)
    """Number of turbines."""
    height: Metre = Field(64.0, gt=0)
    """Of the hub above ground (default: the smallest mast of the default turbine, rounded)."""
    shear: Ratio = Field(1.0 / 7.0, ge=0, le=0.6)
    """Power of the wind's profile (1/7 over open country: ASHRAE Fundamentals 2021, ch. 24, table 1, category 3, 0.14)."""
    exposure: Ratio = Field(1.0, ge=0)
    """Wind at 10 m on the spot over that of the weather station; below 1 between buildings."""
    speeds: Speeds = (
        2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 25.0,
    )  # fmt: skip
    """Points of the power curve, from cut-in to cut-out."""
    shares: Ratios = (
        0.0009, 0.0078, 0.0242, 0.0550, 0.1039, 0.1732, 0.2710, 0.3861, 0.5294, 0.6883, 0.8225, 0.9004, 0.9654, 0.9957, 1.0, 1.0,
    )  # fmt: skip
    """Power over the rating at these."""
    control: Literal["pitch", "stall"] = "pitch"
    """How the rotor is held in strong wind, which says how thin air is corrected for: `pitch` by the wind, `stall` by the power."""
    wakes: Ratio = Field(0.0, ge=0, lt=1)
    """Energy lost in the wakes of the others (5 to 10 % in farms)."""
    electrical: Ratio = Field(0.02, ge=0, lt=1)
    """Energy lost in cables and transformer (assumed)."""
    availability: Ratio = Field(0.97, ge=0, le=1)
    """Share of the year's energy at which the turbines are in service (typical of farms on land; Pfaffel, Faulstich and Rohrig,
    Energies 10(11), 2017, 1904: about 95 to 97 %)."""
    electricity = needs("electricity", made="potential", kept="kept")
    each_tick = ("power",)

    wind = inlet("m/s", "Wind at the hub", point="AI", card="trend")
    share = inlet("1", "Power over the rating by the curve")
    kept = inlet("1", "Share of the potential that is taken", start=1.0)
    potential = output("W", "Power that the turbines could give")
    power = output(
        "W", "Power given", medium="electricity", energy="out", ledger="generation", point="AI", card="trend"
    )
    taken = output("W", "Power taken from the wind", medium="outdoors", energy="in")
    warmth = output("W", "Losses as heat to outdoors", medium="outdoors", energy="out")

    @model_validator(mode="after")
    def _curve(self):
        if len(self.speeds) != len(self.shares) or len(self.speeds) < 2:
            raise ValueError(
                f"{len(self.speeds)} speeds and {len(self.shares)} shares; a curve has as many of both, two or more"
            )
        if any(low >= high for low, high in pairwise(self.speeds)):
            raise ValueError("the speeds of a power curve rise")
        return self

    @forcing(tells=("wind", "share"))
    def blow(grid, height, shear, exposure, speeds, shares, control):
        """Wind at the hub, and what the curve makes of it in the air of the day."""
        wind = hub_wind(grid.wind_speed * exposure, height, shear)
        density = grid.density - DENSITY_LAPSE * (height - MAST)
        if control == "pitch":
            return wind, curve_share(normalised_wind(wind, density), speeds, shares)
        return wind, curve_share(wind, speeds, shares) * density / STANDARD_DENSITY

    @kernel(tells=("potential",))
    def ask(share, rating, count, wakes, electrical, availability):
        """What the wind would give."""
        return share * rating * count * (1.0 - wakes) * (1.0 - electrical) * availability

    @kernel(tells=("power", "taken", "warmth"))
    def step(potential, kept, electrical):
        """What is taken; the rest blows on."""
        power = potential * kept
        return power, power / (1.0 - electrical), power * electrical / (1.0 - electrical)
