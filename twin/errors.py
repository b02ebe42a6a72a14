"""What can go wrong in a way the user can mend: one short message, an exit code, never a traceback."""


class TwinError(Exception):
    """A problem the user can mend; the message says where, what, which rule and the way out."""

    exit_code = 1


class SiteError(TwinError):
    """The site file, or what it asks for, is wrong."""

    exit_code = 2


class UnitError(SiteError):
    """A text is not a quantity of the expected dimension."""


class PlanError(SiteError):
    """The components cannot be ordered or wired."""


class WeatherError(TwinError):
    """Weather is missing or unusable."""

    exit_code = 2


class PeriodError(TwinError):
    """A period or step that cannot be simulated."""

    exit_code = 2


class RunError(TwinError):
    """A run broke, for instance a signal became NaN."""


class StoreError(TwinError):
    """The historian cannot read or write."""


class BacnetError(TwinError):
    """A BACnet device or address did not do what was asked."""
