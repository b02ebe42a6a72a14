"""Ask a public service whether the locked packages have known weaknesses; fail on findings, and say it clearly where nobody answered.

Usage: `python .ci/audit.py [--lock FILE] [--service ADDRESS] [--accept ID]...`; the service speaks the protocol of OSV. Exit code 1
means findings that are not accepted, 2 a lock file that cannot be read, 0 all else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from pathlib import Path

SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE = 20.0
"""How long the service may take. [s]"""
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


class AuditError(Exception):
    """The service gave no answer that can be used."""


def locked(text: str) -> list[tuple[str, str]]:
    """Names and versions of a lock file."""
    return LOCKED.findall(text)


def ask(service: str, packages: list[tuple[str, str]]) -> list[dict]:
    """The service's answers, one each.

    Raises
    ------
    AuditError
        When there is none that can be used.
    """
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages]
    request = urllib.request.Request(
        service, json.dumps({"queries": queries}).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found = json.load(answer)["results"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise AuditError(f"{type(problem).__name__}: {problem}") from problem
    if not isinstance(found, list) or len(found) != len(packages) or not all(isinstance(each, dict) for each in found):
        raise AuditError("its answer does not fit the question")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Ask, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lock", type=Path, default=Path("requirements.lock"))
    parser.add_argument("--service", default=SERVICE)
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="ID",
        help="a finding that was judged, such as one that does not concern us",
    )
    told = parser.parse_args(arguments)
    try:
        packages = locked(told.lock.read_text(encoding="utf-8"))
    except OSError as problem:
        sys.stderr.write(f"audit: {told.lock}: cannot be read ({problem.strerror})\n")
        return 2
    if not packages:
        sys.stderr.write(f"audit: {told.lock}: locks no package\n")
        return 2
    try:
        answers = ask(told.service, packages)
    except AuditError as problem:
        sys.stdout.write(
            f"audit: NOT DONE: {told.service} could not be asked about {len(packages)} packages ({problem}); nothing is known either way\n"
        )
        return 0
    found = [
        (name, version, each.get("id", "?"))
        for (name, version), answer in zip(packages, answers, strict=True)
        for each in answer.get("vulns") or []
    ]
    for name, version, key in found:
        judged = " (accepted)" if key in told.accept else ""
        sys.stdout.write(f"audit: {name} {version}: {key}{judged}\n")
    left = [each for each in found if each[2] not in told.accept]
    sys.stdout.write(
        f"audit: {len(packages)} packages asked about at {told.service}, {len(left)} findings{f', {len(found) - len(left)} accepted' if len(left) < len(found) else ''}\n"
    )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
