"""A thermal zone: air, outer walls and inner mass, with sun, infiltration, moisture and carbon dioxide."""

from math import exp, sqrt

from twin.core import Component, Field, forcing, inlet, kernel, output, serves, state
from twin.physics import solar
from twin.physics.air import AIR_HEAT
from twin.physics.daylight import interior_illuminance
from twin.physics.envelope import free_air, settle
from twin.units import (
    M2,
    Celsius,
    Degree,
    JoulePerM2Kelvin,
    Kelvin,
    Metre,
    PerSecond,
    Ratio,
    WattPerM2Kelvin,
)

RADIANT_SHARE = 0.5
"""Radiant share of internal gains. ASHRAE Fundamentals 2021, ch. 18, table 14: lights 0.37..0.70, people and plugs near 0.5."""
SUN_TO_AIR = 0.1
"""Share of transmitted sun that reaches the air at once (blinds, furniture). ISO 52016-1:2017, 6.5.6.3: 0.1 convective by default."""
OUTDOOR_CARBON_DIOXIDE = 420.0
"""Outdoor concentration. [ppm] NOAA global mean 2023, rounded."""
BUFFER = 5.0
"""Vapour that air and furniture hold together over that of the air alone: an assumption; EnergyPlus suggests multipliers of 1..25."""
AIR_DENSITY = 1.2
"""Density of room air for volumes and capacities. [kg/m3] ISO 13790:2008, 9.3.1 (1200 J/m3K with 1006 J/kgK)."""


class Zone(Component):
    """One zone of three nodes solved implicitly; it tells its free temperature and slope, and settles on what it is granted."""

    brick = "HVAC_Zone"
    hourly = ("air",)
    area: M2 = Field(gt=0)
    """Floor area."""
    height: Metre = Field(2.8, gt=0)
    """Clear height."""
    facade: M2 = Field(0.0, ge=0)
    """Outer wall with its windows."""
    azimuth: Degree = Field(180.0, ge=0, le=360)
    """Direction the facade faces, clockwise from north."""
    window_ratio: Ratio = Field(0.0, ge=0, le=1)
    """Glass over facade."""
    wall_u: WattPerM2Kelvin = Field(0.8, gt=0)
    """Transmittance of the opaque wall."""
    wall_capacity: JoulePerM2Kelvin = Field(175e3, gt=0)
    """Heat capacity of the wall per wall area: about 80 mm of concrete (2,300 kg/m3 x 0.95 kJ/kgK); an assumption."""
    wall_absorptance: Ratio = Field(0.6, ge=0, le=1)
    """Sun absorbed by walls and roof (ASHRAE Fundamentals 2021, ch. 18: 0.52 light, 0.9 dark)."""
    window_u: WattPerM2Kelvin = Field(2.5, gt=0)
    """Transmittance of the windows with frames."""
    shgc: Ratio = Field(0.35, gt=0, le=1)
    """Solar heat gain coefficient at normal incidence."""
    light_transmittance: Ratio = Field(0.5, gt=0, le=1)
    """Visible transmittance of the glass."""
    overhang: Ratio = Field(0.0, ge=0)
    """Projection of overhangs over the window height."""
    fin: Ratio = Field(0.0, ge=0)
    """Projection of fins over the window width."""
    roof: M2 = Field(0.0, ge=0)
    """Roof area above the zone."""
    roof_u: WattPerM2Kelvin = Field(0.5, gt=0)
    """Transmittance of the roof."""
    infiltration: PerSecond = Field(0.2 / 3600.0, ge=0)
    """Air changes from outdoors through cracks."""
    mass_capacity: JoulePerM2Kelvin = Field(165e3, gt=0)
    """Heat capacity of inner mass per floor area (ISO 13790:2008, table 12: medium)."""
    mass_exchange: WattPerM2Kelvin = Field(9.2, gt=0)
    """Conductance from mass to air per floor area (ISO 13790:2008, 7.2.2: 9.1 x 2.5 in series with 3.45 x 4.5)."""
    air_capacity: JoulePerM2Kelvin = Field(10e3, gt=0)
    """Heat capacity of air and furniture per floor area (ISO 52016-1:2017, table B.17)."""
    comfort_low: Celsius = Field(18.0)
    """Lower end of the comfort band while occupied."""
    comfort_high: Celsius = Field(27.0)
    """Upper end of the comfort band while occupied."""
    tolerance: Kelvin = Field(0.556, gt=0)
    """How far a zone may be off its set-point before an hour counts as unmet (ANSI/ASHRAE/IES 90.1-2019, G3.1.2.3: 1 degF)."""
    start: Celsius = Field(25.0)
    """Temperature at the start of a run, before its warm-up."""

    users = serves(
        "room", heat="gain", vapour="vapour", breath="breath", people="people", conditioning="conditioning", dry="dry",
        fresh="fresh", free="free", slope="slope", air="air", humidity_free="humidity_free", humidity_slope="humidity_slope", carbon_dioxide="carbon_dioxide",
        daylight="daylight", unmet="unmet_now",
    )  # fmt: skip

    air = state(
        "degC",
        "Air temperature",
        start="start",
        store="air_capacity * area",
        point="AI",
        card="gauge",
        brick="Zone_Air_Temperature_Sensor",
    )
    wall = state(
        "degC",
        "Temperature of the outer walls",
        start="start",
        store="wall_capacity * (facade * (1 - window_ratio) + roof) + 1",
    )
    mass = state("degC", "Temperature of inner mass", start="start", store="mass_capacity * area")
    humidity = state("kg/kg", "Humidity ratio", start=0.010, point="AI")
    carbon_dioxide = state("ppm", "Carbon dioxide", start=420.0, point="AI", card="gauge", brick="CO2_Sensor")

    outdoor = inlet("degC", "Outdoor air")
    outdoor_humidity = inlet("kg/kg", "Humidity ratio outdoors", start=0.01)
    sun = inlet("W/m2", "Sun through the glass")
    surface = inlet("degC", "Sol-air temperature of the wall")
    roof_surface = inlet("degC", "Sol-air temperature of the roof")
    light = inlet("lx", "Daylight that gets through the glass")
    gain = inlet("W", "Heat of people, lights and devices", medium="room", energy="in")
    vapour = inlet("kg/s", "Vapour from people")
    breath = inlet("m3/s", "Carbon dioxide breathed out")
    people = inlet("person", "People present")
    conditioning = inlet("W", "Sensible heat brought by terminals", medium="room", energy="in", card="trend")
    dry = inlet("kg/s", "Vapour brought by terminals")
    fresh = inlet("kg/s", "Outdoor air brought by terminals")
    unmet_now = inlet("1", "A terminal is further off its set-point than allowed", join="max")

    free = output("degC", "Temperature without conditioning")
    slope = output("K/W", "Rise per watt", start=1e-4)
    humidity_free = output("kg/kg", "Humidity ratio without conditioning", start=0.010)
    humidity_slope = output("s/kg", "Rise of the humidity ratio per vapour brought", start=1e-3)
    daylight = output("lx", "Mean daylight in the zone")
    solar = output("W", "Sun absorbed in the zone", medium="sun", energy="in")
    lost = output("W", "Heat through walls, windows and cracks", medium="outdoors", energy="out")
    outside = output("h/h", "Occupied outside the comfort band")
    unmet = output("h/h", "Occupied and off the set-point")
    occupied = output("h/h", "Occupied")

    @forcing(tells=("outdoor", "outdoor_humidity"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.humidity

    @forcing(tells=("sun", "surface", "light"))
    def facade_sun(grid, azimuth, shgc, light_transmittance, overhang, fin, wall_absorptance):
        """Sun through shaded glass, on the wall, and as light."""
        beam, diffuse, cosine = solar.tilted(grid, 90.0, azimuth)
        lit = beam * solar.sunlit(grid, azimuth, overhang, fin)
        dull = diffuse * solar.sky_share(overhang, fin)
        light = (lit + dull) * solar.LUMINOUS_EFFICACY * light_transmittance
        return solar.transmitted(lit, dull, cosine, shgc), solar.sol_air(grid, lit, dull, wall_absorptance, 90.0), light

    @forcing(tells=("roof_surface",))
    def roof_sun(grid, wall_absorptance):
        """Sol-air temperature of a flat roof."""
        beam, diffuse, _ = solar.tilted(grid, 0.0, 180.0)
        return solar.sol_air(grid, beam, diffuse, wall_absorptance, 0.0)

    @kernel(tells=("free", "slope"))
    def ask(
        dt, air, wall, mass, outdoor, surface, roof_surface, sun, gain, area, height, facade, window_ratio, wall_u, roof, roof_u,
        window_u, infiltration, wall_capacity, mass_capacity, mass_exchange, air_capacity,
    ):  # fmt: skip
        """Free temperature and slope."""
        opaque = facade * (1.0 - window_ratio)
        through, over = opaque * wall_u, roof * roof_u
        shell = max(through + over, 1e-6)
        seen = (through * surface + over * roof_surface + 1e-6 * outdoor) / (through + over + 1e-6)
        sunny = sun * facade * window_ratio
        direct = facade * window_ratio * window_u + infiltration * area * height * AIR_DENSITY * AIR_HEAT
        return free_air(
            dt, air, wall, mass, outdoor, seen, air_capacity * area, wall_capacity * (opaque + roof) + 1.0,
            mass_capacity * area, direct, 2.0 * shell, 2.0 * shell, mass_exchange * area,
            (1.0 - RADIANT_SHARE) * gain + SUN_TO_AIR * sunny, 0.0, RADIANT_SHARE * gain + (1.0 - SUN_TO_AIR) * sunny,
        )  # fmt: skip

    @kernel(tells=("air", "wall", "mass", "solar", "lost", "outside", "occupied", "unmet"))
    def step(
        dt, air, wall, mass, outdoor, surface, roof_surface, sun, gain, conditioning, free, slope, people, area, height, facade,
        window_ratio, wall_u, roof, roof_u, window_u, infiltration, wall_capacity, mass_capacity, mass_exchange, comfort_low, comfort_high, unmet_now,
    ):  # fmt: skip
        """Settle on the heat granted."""
        opaque = facade * (1.0 - window_ratio)
        through, over = opaque * wall_u, roof * roof_u
        shell = max(through + over, 1e-6)
        seen = (through * surface + over * roof_surface + 1e-6 * outdoor) / (through + over + 1e-6)
        sunny = sun * facade * window_ratio
        new = free + slope * conditioning
        walls = wall_capacity * (opaque + roof) + 1.0
        new_wall, new_mass = settle(
            dt, new, wall, mass, seen, walls, mass_capacity * area, 2.0 * shell, 2.0 * shell, mass_exchange * area, 0.0,
            RADIANT_SHARE * gain + (1.0 - SUN_TO_AIR) * sunny,
        )  # fmt: skip
        direct = facade * window_ratio * window_u + infiltration * area * height * AIR_DENSITY * AIR_HEAT
        lost = direct * (new - outdoor) + 2.0 * shell * (new_wall - seen)
        here = 1.0 if people > 0.05 * area / 100.0 else 0.0
        uncomfortable = here if new < comfort_low - 1e-6 or new > comfort_high + 1e-6 else 0.0
        return new, new_wall, new_mass, sunny, lost, uncomfortable, here, here * unmet_now

    @kernel(tells=("daylight",))
    def shine(light, area, height, facade, window_ratio):
        """Mean illuminance by BRE's average daylight factor."""
        surfaces = 2.0 * area + 4.0 * sqrt(area) * height
        return interior_illuminance(light, 1.0, facade * window_ratio, surfaces, 0.5)

    @kernel(tells=("humidity_free", "humidity_slope"))
    def ask_damp(dt, humidity, outdoor_humidity, vapour, area, height, infiltration):
        """Free humidity ratio and slope, exact for constant flows; furniture buffers vapour fivefold."""
        leak = max(infiltration * area * height * AIR_DENSITY, 1e-6)
        settled = exp(-leak * dt / (BUFFER * area * height * AIR_DENSITY))
        slope = (1.0 - settled) / leak
        return outdoor_humidity + (humidity - outdoor_humidity) * settled + slope * vapour, slope

    @kernel(tells=("humidity", "carbon_dioxide"))
    def mix(
        dt, carbon_dioxide, humidity_free, humidity_slope, breath, dry, fresh, area, height, infiltration
    ):  # fmt: skip
        """Settle on the vapour brought; carbon dioxide in well-mixed air, exact for constant flows."""
        volume = area * height
        wet = max(humidity_free + humidity_slope * dry, 1e-5)
        flow = infiltration * volume + fresh / AIR_DENSITY
        level = OUTDOOR_CARBON_DIOXIDE + breath / max(flow, 1e-9) * 1e6
        fade = exp(-flow * dt / volume)
        return wet, level + (carbon_dioxide - level) * fade
