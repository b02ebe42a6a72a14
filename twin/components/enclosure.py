"""A room whose surfaces are components of their own: air, radiant node, light, infiltration, moisture and carbon dioxide."""

from math import exp

from twin.core import Component, Field, command, forcing, inlet, kernel, output, serves, state
from twin.physics.air import AIR_HEAT
from twin.physics.solar import LUMINOUS_EFFICACY
from twin.units import M2, M3, Celsius, Kelvin, KgPerM3, PerKelvin, PerSecond, Ratio, SPerM

BUFFER = 5.0
"""Vapour that air and furniture hold together over that of the air alone: an assumption; EnergyPlus suggests multipliers of 1..25."""
OUTDOOR_CARBON_DIOXIDE = 420.0
"""Outdoor concentration. [ppm] NOAA global mean 2023, rounded."""


class Enclosure(Component):
    """Room air and a radiant node between surfaces (Carroll), solved implicitly with all surfaces in one go."""

    brick = "HVAC_Zone"
    hourly = ("air",)
    volume: M3 = Field(gt=0)
    """Volume of the air."""
    area: M2 = Field(gt=0)
    """Floor area, for people and comfort."""
    infiltration: PerSecond = Field(0.2 / 3600.0, ge=0)
    """Air changes from outdoors through cracks, at outdoor density."""
    steady: Ratio = Field(1.0, ge=0, le=1)
    """Share of the infiltration that is always there (EnergyPlus: ZoneInfiltration:DesignFlowRate; BLAST has 0.606)."""
    stack: PerKelvin = Field(0.0, ge=0)
    """Further share per kelvin between room and outdoors (BLAST: 0.03636)."""
    wind: SPerM = Field(0.0, ge=0)
    """Further share per metre a second of wind (BLAST: 0.1177; DOE-2: 0.224 alone)."""
    air_density: KgPerM3 = Field(1.2, gt=0)
    """Density of the room's air: 1.2 at sea level, 0.99 in Denver."""
    furniture: Ratio = Field(1.0, ge=1)
    """Heat capacity of air and furniture over that of the air."""
    radiant_gain: Ratio = Field(0.5, ge=0, le=1)
    """Radiant share of people, lights and devices (ASHRAE Fundamentals 2021, ch. 18, table 14: 0.4..0.7)."""
    comfort_low: Celsius = Field(18.0)
    """Lower end of the comfort band while occupied."""
    comfort_high: Celsius = Field(27.0)
    """Upper end of the comfort band while occupied."""
    tolerance: Kelvin = Field(0.556, gt=0)
    """How far a zone may be off its set-point before an hour counts as unmet (ANSI/ASHRAE/IES 90.1-2019, G3.1.2.3: 1 degF)."""
    start: Celsius = Field(20.0)
    """Temperature before the warm-up."""

    users = serves(
        "room", heat="gain", vapour="vapour", breath="breath", people="people", conditioning="conditioning", dry="dry",
        fresh="fresh", free="free", slope="slope", air="air", humidity_free="humidity_free", humidity_slope="humidity_slope",
        carbon_dioxide="carbon_dioxide", daylight="daylight", unmet="unmet_now", radiant_free="radiant_free",
        radiant_share="radiant_share",
    )  # fmt: skip
    surfaces = serves(
        "surface", air_air="air_air", air_radiant="air_radiant", radiant_radiant="radiant_radiant", air_load="air_load",
        radiant_load="radiant_load", view="views", absorbing="absorbing", catching="catching", taking="taking", facing="facing", facing_taking="facing_taking", far_in="far_in", far="far",
        convected="convected", radiated="radiated", beam_in="beam_in", diffuse_in="diffuse_in", air_before="air", radiant_before="radiant",
        views="views", glow="glow", beam="beam", air="air_now", radiant="radiant_now",
    )  # fmt: skip

    air = state(
        "degC", "Air temperature", start="start", point="AI", card="gauge", brick="Zone_Air_Temperature_Sensor",
        store="volume * air_density * furniture * 1006",
    )  # fmt: skip
    radiant = state("degC", "Mean radiant temperature", start="start")
    humidity = state("kg/kg", "Humidity ratio", start=0.006, point="AI")
    carbon_dioxide = state("ppm", "Carbon dioxide", start=420.0, point="AI", card="gauge", brick="CO2_Sensor")

    outdoor = inlet("degC", "Outdoor air")
    outdoor_humidity = inlet("kg/kg", "Humidity ratio outdoors", start=0.006)
    wind_speed = inlet("m/s", "Wind at the station")
    outdoor_density = inlet("kg/m3", "Density of outdoor air", start=1.2)
    ventilation = command("m3/s", "Outdoor air by opened windows or fans", point="AV")
    gain = inlet("W", "Heat of people, lights and devices", medium="room", energy="in")
    conditioning = inlet("W", "Sensible heat brought by terminals", medium="room", energy="in", card="trend")
    vapour = inlet("kg/s", "Vapour from people")
    breath = inlet("m3/s", "Carbon dioxide breathed out")
    people = inlet("person", "People present")
    dry = inlet("kg/s", "Vapour brought by terminals")
    fresh = inlet("kg/s", "Outdoor air brought by terminals")
    unmet_now = inlet("1", "A terminal is further off its set-point than allowed", join="max")
    air_air = inlet("W/K", "Heat the air loses to surfaces per kelvin of its own")
    air_radiant = inlet("W/K", "Heat between air and radiant node per kelvin")
    radiant_radiant = inlet("W/K", "Heat the radiant node loses per kelvin of its own", start=1.0)
    air_load = inlet("W", "Heat of the surfaces to the air at 0 degC")
    radiant_load = inlet("W", "Heat of the surfaces to the radiant node at 0 degC")
    views = inlet("m2", "Areas times form factors", start=1.0)
    absorbing = inlet("m2", "Areas times absorptances", start=1.0)
    catching = inlet("m2", "Area that catches the direct sun")
    taking = inlet("m2", "Area that catches it times absorptance")
    facing = inlet("m2", "Area that the direct sun meets where it misses the floor")
    facing_taking = inlet("m2", "That area times absorptance")
    far_in = inlet("W", "Direct sun let in that misses the floor")
    beam_in = inlet("W", "Direct sun let in")
    diffuse_in = inlet("W", "Diffuse light let in")
    convected = inlet("W", "Heat of the surfaces to the air", medium="surface_air", energy="in")
    radiated = inlet("W", "Long-wave heat of the surfaces", medium="surface_radiation", energy="in")

    glow = output("W/m2", "Diffuse light on every surface")
    beam = output("W/m2", "Direct light on the surfaces that catch it")
    far = output("W/m2", "Direct light on the walls that face the windows")
    free = output("degC", "Temperature without conditioning", start=20.0)
    slope = output("K/W", "Rise per watt", start=1e-3)
    leak = output("W/K", "Infiltration and ventilation")
    drawn = output("m3/s", "Outdoor air through cracks, windows and fans", point="AI")
    radiant_free = output("degC", "Radiant node if the air were at 0 degC")
    radiant_share = output("1", "Rise of the radiant node per kelvin of the air")
    air_now = output("degC", "Air at the end of the tick", start=20.0)
    radiant_now = output("degC", "Radiant node at the end of the tick", start=20.0)
    lost = output("W", "Heat through cracks", medium="outdoors", energy="out")
    humidity_free = output("kg/kg", "Humidity ratio without conditioning", start=0.006)
    humidity_slope = output("s/kg", "Rise of the humidity ratio per vapour brought", start=1e-3)
    daylight = output("lx", "Mean daylight")
    outside = output("h/h", "Occupied outside the comfort band")
    unmet = output("h/h", "Occupied and off the set-point")
    occupied = output("h/h", "Occupied")

    @forcing(tells=("outdoor", "outdoor_humidity", "outdoor_density", "wind_speed"))
    def outdoors(grid):
        """Air as the weather tells it."""
        return grid.dry_bulb, grid.humidity, grid.density, grid.wind_speed

    @kernel(tells=("drawn",))
    def draw(air, outdoor, wind_speed, ventilation, volume, infiltration, steady, stack, wind):
        """Cracks draw with warmth and wind (Coblentz and Achenbach, ASHRAE Transactions 69, 1963, by the form EnergyPlus has)."""
        return volume * infiltration * (steady + stack * abs(air - outdoor) + wind * wind_speed) + ventilation

    @kernel(tells=("glow", "beam", "far"))
    def shine(beam_in, far_in, diffuse_in, absorbing, catching, taking, facing, facing_taking):
        """Direct sun falls on floors and facing walls; what they send back and all diffuse light reach every surface alike."""
        beam = beam_in / catching if catching > 0.0 else 0.0
        far = far_in / facing if facing > 0.0 else 0.0
        back = beam_in - beam * taking + far_in - far * facing_taking
        return (diffuse_in + back) / absorbing, beam, far

    @kernel(tells=("free", "slope", "leak", "radiant_free", "radiant_share"))
    def ask(
        dt, air, outdoor, outdoor_density, drawn, gain, air_air, air_radiant, radiant_radiant, air_load, radiant_load, volume,
        air_density, furniture, radiant_gain,
    ):  # fmt: skip
        """Free temperature and slope, with all surfaces eliminated."""
        held = volume * air_density * furniture * AIR_HEAT / dt
        leak = drawn * outdoor_density * AIR_HEAT
        radiant_free = (radiant_load + radiant_gain * gain) / radiant_radiant
        share = air_radiant / radiant_radiant
        own = held + leak + air_air - air_radiant * share
        drive = held * air + leak * outdoor + air_load + (1.0 - radiant_gain) * gain + air_radiant * radiant_free
        return drive / own, 1.0 / own, leak, radiant_free, share

    @kernel(tells=("air", "radiant", "air_now", "radiant_now", "lost", "outside", "occupied", "unmet"))
    def step(
        free, slope, conditioning, leak, outdoor, radiant_free, radiant_share, people, area, comfort_low, comfort_high,
        unmet_now,
    ):  # fmt: skip
        """Settle on the heat granted; comfort is told by the mean of air and radiant temperature."""
        air = free + slope * conditioning
        radiant = radiant_free + radiant_share * air
        felt = 0.5 * (air + radiant)
        here = 1.0 if people > 0.05 * area / 100.0 else 0.0
        off = here if felt < comfort_low - 1e-6 or felt > comfort_high + 1e-6 else 0.0
        return air, radiant, air, radiant, leak * (air - outdoor), off, here, here * unmet_now

    @kernel(tells=("humidity_free", "humidity_slope"))
    def ask_damp(dt, humidity, outdoor_humidity, outdoor_density, drawn, vapour, volume, air_density):
        """Free humidity ratio and slope, exact for constant flows; furniture buffers vapour."""
        leak = max(drawn * outdoor_density, 1e-6)
        settled = exp(-leak * dt / (BUFFER * volume * air_density))
        slope = (1.0 - settled) / leak
        return outdoor_humidity + (humidity - outdoor_humidity) * settled + slope * vapour, slope

    @kernel(tells=("humidity", "carbon_dioxide"))
    def mix(
        dt,
        carbon_dioxide,
        humidity_free,
        humidity_slope,
        drawn,
        breath,
        dry,
        fresh,
        volume,
        air_density,
    ):
        """Settle on the vapour brought; carbon dioxide in well-mixed air, exact for constant flows."""
        wet = max(humidity_free + humidity_slope * dry, 1e-5)
        flow = drawn + fresh / air_density
        level = OUTDOOR_CARBON_DIOXIDE + breath / max(flow, 1e-9) * 1e6
        fade = exp(-flow * dt / volume)
        return wet, level + (carbon_dioxide - level) * fade

    @kernel(tells=("daylight",))
    def brighten(glow):
        """Light on surfaces by the efficacy of daylight: an upper bound of what a desk sees."""
        return glow * LUMINOUS_EFFICACY
