"""`maskmap demo card` and `maskmap demo login`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import click
import msgspec

from core.errors import MaskmapError, Unavailable
from core.settings import Settings
from pharmacy_portal.demo.enrolment import PHARMACISTS, make_demo_cards
from pharmacy_portal.demo.signing import sign_login
from pharmacy_portal.login.verification import LoginRequest

_TIMEOUT = aiohttp.ClientTimeout(total=15)
_SESSION_COOKIES = ("maskmap_session", "__Host-maskmap")


class DemoRefused(MaskmapError):
    """The portal did not let the card in; the message has its words."""


@click.group()
def demo() -> None:
    """Work with software cards."""


@demo.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the cards.  [default: STATE/cards]",
)
@click.option(
    "--count",
    type=click.IntRange(1, 5000),
    default=PHARMACISTS,
    show_default=True,
    help="How many pharmacists, each at an outlet of his own.",
)
@click.pass_obj
def card(settings: Settings, out: Path | None, count: int) -> None:
    """Make software cards and enrol their holders. Refused beside a real trust folder."""
    folder = out or settings.cards_folder
    made = asyncio.run(make_demo_cards(settings, folder, count))
    click.echo(f"{made.cards} software cards in {folder}; {made.users} can log in", err=True)
    if not made.users or made.users < count:
        click.echo("the register has no outlets: import some, then make the cards anew", err=True)


@demo.command()
@click.option(
    "--card",
    "card_folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of one card, such as STATE/cards/pharmacist-1.",
)
@click.option("--portal", "portal_url", required=True, help="Address of the portal.")
@click.option("--institution", help="Institution code, for a card that opens several.")
def login(card_folder: Path, portal_url: str, institution: str | None) -> None:
    """Log in with a software card; print one line, the session cookie `name=value`."""
    click.echo(asyncio.run(log_in(card_folder, portal_url.rstrip("/"), institution)))


async def log_in(card_folder: Path, portal: str, institution: str | None) -> str:
    """Log in at a portal and return the cookie as ``name=value``.

    Raises:
        DemoRefused: the portal refused the card.
        Unavailable: the portal does not answer.
    """
    jar = aiohttp.CookieJar(unsafe=True)
    try:
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=_TIMEOUT) as client:
            challenge = await _post(client, f"{portal}/api/v1/login/challenge", {})
            wanted = sign_login(card_folder, portal, str(challenge["challenge"]), institution)
            await _post(client, f"{portal}/api/v1/login", _document(wanted))
    except (aiohttp.ClientError, TimeoutError) as fault:
        raise Unavailable(f"{portal} does not answer: {fault}") from None
    for cookie in jar:
        if cookie.key in _SESSION_COOKIES:
            return f"{cookie.key}={cookie.value}"
    raise Unavailable(f"{portal} handed out no session")


def _document(wanted: LoginRequest) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(wanted).items() if value}


async def _post(
    client: aiohttp.ClientSession, url: str, body: dict[str, object]
) -> dict[str, object]:
    async with client.post(url, json=body) as answer:
        document = await answer.json(content_type=None)
        if answer.status != 200:
            raise DemoRefused(f"{document.get('code')}: {document.get('title')}")
        return dict(document)
