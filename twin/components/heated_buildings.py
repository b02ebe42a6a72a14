"""Buildings behind a substation of a heat network: a heat loss, a thermal mass and a heating season."""

from pydantic import model_validator

from twin.core import Component, Field, constant, forcing, inlet, kernel, needs, output, prepared, state
from twin.physics.building import settled_heat, settled_temperature
from twin.units import M2, Celsius, JoulePerM2Kelvin, Ratio, WattPerM2

ENOUGH = 0.98
"""Share of the heat wanted below which cold rooms are put down to the supply."""

COLD = 16.0
"""Indoor temperature below which that is told. [degC] Assumed."""


class HeatedBuildings(Component):
    """One lumped building: heat is wanted in the season as far as sun, people and stored heat do not hold the set-point.

    Above a comfort limit windows are open. It is crude: for a building that is itself the subject, use rooms.
    """

    brick = "Building"
    area: M2 = Field(gt=0)
    """Heated floor area."""
    design: WattPerM2 = Field(50.0, gt=0)
    """Heat loss at the set-point in design weather, without gains."""
    outdoor_design: Celsius = Field(-7.0)
    """Design weather (GB 50736 gives -7.0 degC for Tianjin, recalled)."""
    setpoint: Celsius = Field(20.0)
    """Indoor temperature kept in the season."""
    substation: Ratio = Field(1.3, ge=1)
    """Most heat over the loss at the set-point in the weather of the hour: water that follows the weather carries no more;
    assumed."""
    gains: WattPerM2 = Field(4.0, ge=0)
    """People, lights and devices, mean of day and night; assumed."""
    aperture: Ratio = Field(0.02, ge=0)
    """Sun that enters over the sun on as much level ground as floor; assumed."""
    mass: JoulePerM2Kelvin = Field(165e3, gt=0)
    """Heat capacity per floor area (ISO 13790, table 12, medium: 165 kJ/m2/K)."""
    comfort: Celsius = Field(26.0)
    """Indoor temperature above which windows are open."""
    season_start: float = Field(319.0, ge=1, le=366)
    """First day of the heating season in the year: 319 is 15 November."""
    season_end: float = Field(74.0, ge=1, le=366)
    """Last day: 74 is 15 March."""
    heating = needs("heating_water", heat="wanted", share="share")
    each_tick = ("wanted", "indoor")

    outdoor = inlet("degC", "Outdoor air")
    sun = inlet("W/m2", "Sun on level ground")
    season = inlet("1", "1 in the heating season")
    share = inlet("1", "Share of the heat granted", start=1.0)
    indoor = state("degC", "Indoor temperature", start="setpoint", store="mass * area", point="AI", card="trend")
    losing = constant("W/K", "Heat loss per kelvin")
    wanted = output("W", "Heat wanted")
    heat = output("W", "Heat taken", medium="heating_water", energy="in", ledger="heat", point="AI", card="trend")
    free = output("W", "Gains of sun and people", medium="people", energy="in")
    lost = output("W", "Heat lost to outdoors", medium="outdoors", energy="out")
    unmet = output("W", "Heat wanted and not granted")
    cold = output(
        "1",
        "Below 16 degC for want of heat",
        note="heated buildings fell below 16 degC: too little heat arrives",
    )

    @model_validator(mode="after")
    def _order(self) -> "HeatedBuildings":
        if not self.outdoor_design < self.setpoint:
            raise ValueError("outdoor_design must be below setpoint")
        return self

    @forcing(tells=("outdoor", "sun", "season"))
    def weather(grid, season_start, season_end):
        """Air, sun and the days of the season, which may run over the year's end."""
        after, before = grid.day >= season_start, grid.day <= season_end
        inside = after | before if season_start > season_end else after & before
        return grid.dry_bulb, grid.global_horizontal, inside.astype(float)

    @prepared(tells=("losing",))
    def fabric(dt, area, design, setpoint, outdoor_design):
        """From the design point."""
        return area * design / (setpoint - outdoor_design)

    @kernel(tells=("wanted", "free"))
    def ask(dt, indoor, outdoor, sun, season, losing, area, mass, substation, gains, aperture, setpoint):
        """Heat that brings the building to its set-point by the end of the tick."""
        free = area * (gains + aperture * sun)
        need = settled_heat(dt, indoor, setpoint, outdoor, losing, mass * area) - free
        most = substation * losing * max(setpoint - outdoor, 0.0)
        return min(max(need, 0.0), most) * season, free

    @kernel(tells=("indoor", "heat", "lost", "unmet", "cold"))
    def step(dt, indoor, outdoor, wanted, share, free, losing, area, mass, comfort):
        """Settle; windows take what is above the comfort limit, as far as the air is cooler."""
        heat = wanted * share
        after = settled_temperature(dt, indoor, outdoor, heat + free, losing, mass * area)
        if after > comfort:
            after = max(comfort, min(after, outdoor))
        lost = heat + free - mass * area * (after - indoor) / dt
        return after, heat, lost, wanted - heat, 1.0 if after < COLD and share < ENOUGH else 0.0
