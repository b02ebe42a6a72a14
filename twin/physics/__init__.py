"""Pure functions of building physics with their sources; they know no component."""
