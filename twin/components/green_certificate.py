"""Green certificates: the environmental attribute of power made elsewhere, bought without the power."""

from twin.core import Component, Field, Trail, inlet, kernel, output, serves
from twin.units import Joule, Ratio, YuanPerJoule

YEAR = 365.0 * 86400.0


class GreenCertificate(Component):
    """Cancels certificates for a volume, or for a share of what the contracts before it leave; they know no hour.

    They count in the market-based scope 2 only (GHG Protocol Scope 2 Guidance, 2015, chapter 6). Hours in which an annual contract
    gives more than is bought lower the share for others, so that the year has as many certificates as the contracts leave.
    """

    volume: Joule = Field(0.0, ge=0)
    """Energy of the certificates cancelled in a year."""
    share: Ratio = Field(0.0, ge=0, le=1)
    """Share of what is left to match, besides the volume."""
    price: YuanPerJoule = Field(0.0, ge=0)
    """Price of a certificate per energy."""
    users = serves("green_power", energy="wanted", matched="matched", rest="rest")
    wanted = inlet("W", "Power that is left to match; negative where contracts give more than is bought")
    matched = output("W", "Power matched", ledger="matched", trail=Trail("matched", category="certificates, annual matching", stated="volume or share"))  # fmt: skip
    rest = output("W", "Power not matched")
    cost = output("CNY/s", "Cost of the certificates", ledger="cost")

    @kernel(tells=("matched", "rest", "cost"))
    def step(wanted, volume, share, price):
        """Nothing is asked of the hour: what an hour has too much counts for another."""
        matched = volume / YEAR + share * wanted
        return matched, wanted - matched, matched * price
