"""The one console command, `maskmap`. Commands are named as strings and loaded when called."""

from __future__ import annotations

import click

from core.lazy_commands import Command, Group, LazyGroup, shared_options

COMMANDS: dict[str, Command | Group] = {
    "up": Command("core.supervisor:up", "Everything on this computer, each program a process."),
    "portal": Command("pharmacy_portal.cli:portal", "The pharmacists' portal."),
    "publish": Command("publisher.cli:publish", "The publisher: snapshots from the ledger."),
    "site": Command("public_site.cli:site", "The public site, from published snapshots."),
    "agent": Command("pharmacy_portal.card_agent.cli:agent", "The card agent of this computer."),
    "outlets": Group(
        "The register of outlets (販售點).",
        {
            "import": Command(
                "publisher.register.cli:outlets:import", "Register lists of outlets."
            ),
            "geocode": Command("publisher.geocode.cli:geocode", "Find missing coordinates."),
            "check": Command("publisher.register.cli:outlets:check", "Doubtful places and stock."),
            "mark": Command("publisher.register.cli:outlets:mark", "Test flag and status."),
        },
    ),
    "staff": Command("core.people_cli:staff", "The list of practising staff: import it."),
    "people": Command("core.people_cli:people", "Institutions: invite, grant the service."),
    "apps": Command("core.community.cli:apps", "The directory of applications."),
    "rules": Command("core.rules_cli:rules", "The rationing rules."),
    "replay": Command("publisher.replay.cli:replay", "Turn real published series into a ledger."),
    "ledger": Command("core.storage.cli:ledger", "The ledger: recompute and compare."),
    "snapshot": Command("publisher.verify_cli:snapshot", "Published snapshots: verify them."),
    "history": Command("publisher.past.cli:history", "Stock at any instant since the start."),
    "audit": Command("publisher.verify_cli:audit", "The audit chain: verify it."),
    "db": Command("core.storage.cli:db", "The ledger's database: migrate it."),
    "demo": Group(
        "Software cards and the synthetic nation.",
        {
            "card": Command("pharmacy_portal.demo.cli:demo:card", "Make software cards."),
            "login": Command("pharmacy_portal.demo.cli:demo:login", "Log in with a card."),
            "fill": Command("publisher.demo_nation:fill_command", "Fill an empty state."),
        },
    ),
    "doctor": Command("core.doctor:doctor", "Check this installation; say what to do."),
}

main = LazyGroup(
    COMMANDS,
    name="maskmap",
    params=[*shared_options()],
    help="Ration scarce goods by name, and tell everybody where they can be bought.",
)
click.version_option(package_name="maskmap")(main)

if __name__ == "__main__":
    main(prog_name="maskmap")
