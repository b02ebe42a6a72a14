"""Linear screening of rooms: fixed coefficients and few modes, for sweeps over whole campuses."""
