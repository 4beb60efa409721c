"""The agent as a program of its own: `python -m pharmacy_portal.card_agent`, or the packed one."""

from __future__ import annotations

import sys

from pharmacy_portal.card_agent.cli import agent, window


def main() -> None:
    """Run the agent, or, as its child, one of its windows."""
    if sys.argv[1:2] == ["window"]:
        sys.exit(window("".join(sys.argv[2:])))
    agent(prog_name="maskmap-agent")


if __name__ == "__main__":
    main()
