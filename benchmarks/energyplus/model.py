"""A thermal fabric case as an EnergyPlus model, so that both programs run the same building."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROUGH = "MediumRough"
LOADS = (
    "Zone Ideal Loads Zone Sensible Heating Energy", "Zone Ideal Loads Zone Sensible Cooling Energy", "Heating Coil Heating Energy",
    "Cooling Coil Total Cooling Energy", "Fan Electricity Energy",
)  # fmt: skip


def item(kind: str, *fields: Any) -> str:
    """One object of an input file."""
    return f"{kind},\n  " + ",\n  ".join("" if field is None else str(field) for field in fields) + ";\n"


def text(case: Mapping[str, Any], steps_per_hour: int) -> str:
    """The input file of a case."""
    parts = [
        item("Version", "25.2"),
        item("SimulationControl", "No", "No", "No", "No", "Yes"),
        item("Building", "case", 0, "Country", 0.04, 0.4, "FullInteriorAndExterior", 60, 6),
        item("Timestep", steps_per_hour),
        item("RunPeriod", "year", 1, 1, None, 12, 31, None, "Monday", "No", "No", "No", "Yes", "Yes"),
        item("GlobalGeometryRules", "UpperLeftCorner", "Counterclockwise", "World"),
        item("SurfaceConvectionAlgorithm:Inside", "TARP"),
        item("SurfaceConvectionAlgorithm:Outside", "DOE-2"),
        item("HeatBalanceAlgorithm", "ConductionTransferFunction"),
        item("Site:GroundReflectance", *[0.2] * 12),
        item("ScheduleTypeLimits", "any"),
        item("Schedule:Constant", "always", "any", 1),
        item("Schedule:Constant", "control", "any", 4),
        *(item("Output:Variable", "*", name, "Hourly") for name in LOADS),
        *_constructions(case),
    ]
    for zone in case["zones"]:
        parts.append(item("Zone", zone["name"], 0, 0, 0, 0, 1, 1, zone["ceiling_height_m"], zone["volume_m3"]))
    for each in case["surfaces"]:
        parts.append(_surface(each))
    for each in case["openings"]:
        corners = [value for vertex in each["vertices"] for value in vertex]
        parts.append(
            item("FenestrationSurface:Detailed", each["name"], "Window", each["construction"], each["parent"], None,
                 each["view_factor_to_ground"], None, 1, 4, *corners)
        )  # fmt: skip
    for each in case["internal_gains"]:
        parts.append(
            item("OtherEquipment", each["name"], "None", each["zone"], "always", "EquipmentLevel", each["watts"], None, None,
                 each["fraction_latent"], each["fraction_radiant"], each["fraction_lost"])
        )  # fmt: skip
    for each in case["infiltration"]:
        parts.append(
            item("ZoneInfiltration:DesignFlowRate", each["name"], each["zone"], "always", "Flow/Zone", each["flow_m3_s"],
                 None, None, None, 1, 0, 0, 0)
        )  # fmt: skip
    for each in case["thermostats"]:
        parts += _loads(each)
    return "\n".join(parts)


def _surface(each: Mapping[str, Any]) -> str:
    corners = [value for vertex in each["vertices"] for value in vertex]
    return item(
        "BuildingSurface:Detailed", each["name"], each["type"], each["construction"], each["zone"], None, each["outside_boundary"],
        each["outside_object"] or None, each["sun"], each["wind"], each["view_factor_to_ground"], len(each["vertices"]), *corners,
    )  # fmt: skip


def _constructions(case: Mapping[str, Any]) -> list[str]:
    parts, known = [], {}
    for name, layers in case["constructions_outside_to_inside"].items():
        names = []
        for layer in layers:
            own = f"{layer['name']} {len(known)}"
            names.append(known.setdefault(repr(layer), own))
            if names[-1] == own:
                parts.append(_material(own, layer))
        parts.append(item("Construction", name, *names))
    return parts


def _material(name: str, layer: Mapping[str, Any]) -> str:
    if layer["kind"] == "opaque":
        shares = (layer["ir_emittance"], layer["solar_absorptance"], layer["solar_absorptance"])
        return item("Material", name, layer["roughness"], layer["thickness_m"], layer["conductivity_W_mK"], layer["density_kg_m3"],
                    layer["cp_J_kgK"], *shares)  # fmt: skip
    if layer["kind"] == "nomass":
        shares = (layer["ir_emittance"], layer["solar_absorptance"], layer["solar_absorptance"])
        return item("Material:NoMass", name, layer["roughness"], layer["R_m2K_W"], *shares)
    if layer["kind"] == "airgap":
        return item("Material:AirGap", name, layer["R_m2K_W"])
    if layer["kind"] == "gas":
        return item("WindowMaterial:Gas", name, layer["gas"], layer["thickness_m"])
    solar = (layer["solar_transmittance_normal"], layer["solar_reflectance_front"], layer["solar_reflectance_back"])
    return item("WindowMaterial:Glazing", name, "SpectralAverage", None, layer["thickness_m"], *solar,
                layer["visible_transmittance"], layer["solar_reflectance_front"], layer["solar_reflectance_back"],
                layer["ir_transmittance"], layer["ir_emittance_front"], layer["ir_emittance_back"], layer["conductivity_W_mK"])  # fmt: skip


def _loads(each: Mapping[str, Any]) -> list[str]:
    """Ideal loads on a thermostat with constant set-points."""
    zone = each["zone"]
    heat, cold = (each[f"{side}_setpoint_C"]["hourly_1_24"][0] for side in ("heating", "cooling"))
    return [
        item("Schedule:Constant", f"{zone} heat", "any", heat),
        item("Schedule:Constant", f"{zone} cold", "any", cold),
        item("ThermostatSetpoint:DualSetpoint", f"{zone} set", f"{zone} heat", f"{zone} cold"),
        item("ZoneControl:Thermostat", f"{zone} thermostat", zone, "control", "ThermostatSetpoint:DualSetpoint", f"{zone} set"),
        item("ZoneHVAC:IdealLoadsAirSystem", f"{zone} loads", "always", f"{zone} inlet", None, None, 90, 5, 0.05, 0.002,
             "NoLimit", None, None, "NoLimit", None, None, None, None, "None"),
        item("ZoneHVAC:EquipmentList", f"{zone} list", "SequentialLoad", "ZoneHVAC:IdealLoadsAirSystem", f"{zone} loads", 1, 1),
        item("ZoneHVAC:EquipmentConnections", zone, f"{zone} list", f"{zone} inlet", None, f"{zone} node", f"{zone} outlet"),
    ]  # fmt: skip
