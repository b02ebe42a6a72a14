"""Plain use of water: washrooms, canteens, irrigation."""

from twin.core import Component, Field, inlet, kernel, needs, output
from twin.units import M3PerS, Ratio


class WaterUse(Component):
    """A use that follows a schedule down to a base share."""

    brick = "Domestic_Water_System"
    rating: M3PerS = Field(gt=0)
    """Use at full presence."""
    base: Ratio = Field(0.0, ge=0, le=1)
    """Share that is always on."""
    schedule = needs("schedule", value="use")
    water = needs("water", flow="makeup")
    use = inlet("1", "Share in use")
    makeup = output("kg/s", "Water used", ledger="water", point="AI")

    @kernel(tells=("makeup",))
    def ask(use, rating, base):
        """Between base and rating, at 1,000 kg/m3."""
        return 1000.0 * rating * (base + (1.0 - base) * use)
