"""ReadPropertyMultiple of whole objects: selections add up, and an object that is not there has its error and spoils no other."""

from __future__ import annotations

import pytest

from tests.bacnet.session import EVERY_KIND, KINDS, MIXED, several
from tests.bacnet.test_building import POINTS, play
from twin.bacnet.application import RefusedError
from twin.bacnet.points import KINDS as NAMES


def test_all_is_what_is_required_and_what_is_optional():
    async def act(scene):
        found = {}
        for kind in (*(NAMES[each] for each in KINDS), "device"):
            number = MIXED if kind == "device" else 1
            for selection in ("all", "required", "optional"):
                (told,) = (
                    await scene.client.ask(several(scene.behind(MIXED), [(kind, number)], selection))
                ).listOfReadAccessResults
                found[kind, selection] = [str(each.propertyIdentifier) for each in told.listOfResults]
                assert all(each.readResult.propertyAccessError is None for each in told.listOfResults)
        return found

    found = play(act, points=[*POINTS, *EVERY_KIND])
    for kind in (*(NAMES[each] for each in KINDS), "device"):
        of = {selection: found[kind, selection] for selection in ("all", "required", "optional")}
        assert sorted(of["all"]) == sorted([*of["required"], *of["optional"]])
        assert {"object-identifier", "object-name", "object-type"} <= set(of["required"])
        assert "property-list" not in of["all"]
        assert len(set(of["all"])) == len(of["all"])
    assert "present-value" in found["analog-value", "required"]
    assert "priority-array" in found["analog-output", "all"]
    assert "description" in found["binary-input", "optional"]


@pytest.mark.parametrize("prop", ["all", "required", "optional", "present-value"])
def test_an_object_that_is_not_there_spoils_no_other(prop):
    async def act(scene):
        asked = several(scene.behind(100), [("analog-input", 99), ("analog-input", 1)], prop)
        missing, there = (await scene.client.ask(asked)).listOfReadAccessResults
        with pytest.raises(RefusedError, match="unknown-object"):
            await scene.client.ask(several(scene.behind(100), [("analog-input", 99)], prop))
        return missing.listOfResults, there.listOfResults

    missing, there = play(act)
    (problem,) = missing
    error = problem.readResult.propertyAccessError
    assert (str(problem.propertyIdentifier), str(error.errorCode)) == (prop, "unknown-object")
    assert len(there) > (0 if prop == "present-value" else 2)


def test_a_device_is_read_without_knowing_its_instance():
    async def act(scene):
        asked = several(scene.behind(100), [("device", 4_194_303)], "object-name")
        (told,) = (await scene.client.ask(asked)).listOfReadAccessResults
        one = await scene.read(100, "device", 4_194_303, "object-identifier")
        return tuple(map(str, told.objectIdentifier)), tuple(map(str, one))

    assert play(act) == (("device", "100"), ("device", "100"))
