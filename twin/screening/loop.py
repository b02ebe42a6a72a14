"""The march of one room through time by its slow modes, compiled."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def march(driven, heating, cooling, amplitude, decay, seen, push, slope, most_heating, most_cooling, per_hour):
    """Run a room over all rows of `driven`; `amplitude` is where it starts and where it ends.

    Parameters
    ----------
    driven : (ticks, modes + 1) amplitude gained by each mode, and the settled part of the air's temperature.
    heating, cooling : set-points. [degC]
    decay, seen, push : of each mode: what is left after a tick, share in the air's temperature, amplitude per watt.
    slope : rise of the air per watt. [K/W]
    per_hour : ticks in the means that peaks are taken of.

    Returns
    -------
    sums of heating and cooling over ticks [W], highest means of each [W], lowest and highest air temperature [degC].
    """
    modes = decay.size
    heat = cold = peak_heat = peak_cold = hour_heat = hour_cold = 0.0
    coldest, warmest = 1e9, -1e9
    for t in range(driven.shape[0]):
        free = driven[t, modes]
        for k in range(modes):
            amplitude[k] = decay[k] * amplitude[k] + driven[t, k]
            free += seen[k] * amplitude[k]
        warming = min(max((heating[t] - free) / slope, 0.0), most_heating)
        chilling = min(max((free - cooling[t]) / slope, 0.0), most_cooling)
        given = warming - chilling
        if given != 0.0:
            for k in range(modes):
                amplitude[k] += push[k] * given
        air = free + slope * given
        coldest, warmest = min(coldest, air), max(warmest, air)
        heat += warming
        cold += chilling
        hour_heat += warming
        hour_cold += chilling
        if (t + 1) % per_hour == 0:
            peak_heat, peak_cold = max(peak_heat, hour_heat / per_hour), max(peak_cold, hour_cold / per_hour)
            hour_heat = hour_cold = 0.0
    return heat, cold, peak_heat, peak_cold, coldest, warmest
