"""``maskmap apps``: what a steward does with the directory of applications."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import click
import msgspec
from tqdm import tqdm

from core.clock import system_clock
from core.community.directory import directory
from core.community.link_check import check_links
from core.community.store import VERDICTS, CommunityStore, LinkCheck, Submission
from core.errors import Unavailable
from core.settings import Settings


@click.group()
def apps() -> None:
    """The directory of applications (應用清冊)."""


@apps.command(name="list")
@click.option("--waiting", is_flag=True, help="Only what waits for review.")
@click.option("--json", "as_json", is_flag=True, help="Print the submissions as JSON.")
@click.pass_obj
def list_command(settings: Settings, waiting: bool, as_json: bool) -> None:
    """List the submissions, the oldest first."""
    found = CommunityStore(settings.community_path).submissions()
    shown = [one for one in found if one.state == "waiting" or not waiting]
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(shown), ensure_ascii=False, indent=2))
        return
    for submission in shown:
        click.echo(_in_words(submission))
    states = Counter(one.state for one in found)
    click.echo(f"{len(found)} submissions, {states['waiting']} wait for review", err=True)


@apps.command()
@click.argument("identity", metavar="ID")
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.option("--by", required=True, help="Who decides: a name or an office.")
@click.option("--reason", default="", help="Why; needed to reject or withdraw.")
@click.pass_obj
def review(settings: Settings, identity: str, verdict: str, by: str, reason: str) -> None:
    """Accept, reject or withdraw the submission ID; the site shows it within seconds."""
    if verdict != "accepted" and not reason.strip():
        raise click.UsageError(f"--reason is needed for {verdict}")
    store = CommunityStore(settings.community_path)
    store.review(identity, verdict, by=by.strip(), reason=reason.strip(), at=system_clock())
    click.echo(f"{identity}: {verdict}", err=True)


@apps.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Look whether the links of the directory still answer; the pages show what was found."""
    store = CommunityStore(settings.community_path)
    urls = sorted({entry.listing.url for entry in directory(store)})
    found: list[LinkCheck] = []
    with tqdm(total=len(urls), unit="links", disable=None) as bar:

        def keep(check: LinkCheck) -> None:
            found.append(check)
            bar.update()

        asyncio.run(check_links(urls, system_clock, keep))
    if len(found) > 1 and not any(check.works for check in found):
        raise Unavailable(
            f"none of {len(found)} links answers: is this computer on the network?"
            f" Nothing is noted. {found[0].url}: {found[0].detail}"
        )
    for check in found:
        store.save_link_check(check)
    found.sort(key=lambda check: check.url)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
    else:
        for check in found:
            click.echo(f"{'works ' if check.works else 'BROKEN'}  {check.url}  {check.detail}")
    click.echo(f"{len(found)} links, {sum(not one.works for one in found)} broken", err=True)


def _in_words(submission: Submission) -> str:
    listing = submission.listing
    lines = [
        f"{submission.id}  {submission.state}  {submission.submitted_at}",
        f"  {listing.name} by {listing.author} [{listing.category}, {listing.platform}]",
        f"  {listing.url}",
    ]
    extra = (listing.author_url, listing.description, submission.reason)
    return "\n".join([*lines, *(f"  {text}" for text in extra if text)])
