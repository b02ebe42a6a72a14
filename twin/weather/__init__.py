"""Weather of a site: files, measured series and the embedded typical years."""

from twin.weather.year import Weather

__all__ = ["Weather"]
