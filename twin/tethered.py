"""Run a command of the program for as long as the process that started it lives: `python -m twin.tethered ARGUMENTS`.

Whoever starts it gives it a pipe as standard input and never writes; when that process ends, however it ends, the pipe closes and the command is
asked to stop as by SIGTERM. No part of a dashboard is then left behind, holding a port.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def _hold() -> None:
    """Wait for the pipe to close."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """The command line, on a leash."""
    from twin.cli import main as command

    threading.Thread(target=_hold, name="leash", daemon=True).start()
    sys.argv[0] = "twin"
    command()


if __name__ == "__main__":
    main()
