"""The agent as a program of its own: `python -m pharmacy_portal.card_agent`, or the packed one."""

from __future__ import annotations

import sys

_WINDOWS = ("pin", "final-try", "code")


def main() -> None:
    """Run the agent, or, as its child, one of its windows; each loads only what it needs."""
    if sys.argv[1:2] == ["window"] and "".join(sys.argv[2:]) in _WINDOWS:
        from pharmacy_portal.card_agent.window import main as open_window

        sys.exit(open_window(sys.argv[2]))
    from pharmacy_portal.card_agent.cli import agent

    agent(prog_name="maskmap-agent")


if __name__ == "__main__":
    main()
