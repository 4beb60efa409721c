"""`maskmap people steward`, `holders`, `dismiss`, `renew`: the first ones in, the last help."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.actions.people import recognise
from core.cli import main
from core.clock import system_clock
from core.domain.people import AUTHORITY
from core.errors import MaskmapError
from core.ports import CertificateFacts, User
from core.settings import Settings
from core.storage import open_state


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["people", *words, "--state", str(state)])


def card(key: str, serial: str = "serial-1", kind: str = "personnel") -> CertificateFacts:
    return CertificateFacts(key, "issuer", serial, f"public-{key}", kind, "林主管")


def come_in(state: Path, facts: CertificateFacts, code: str = "") -> User | None:
    async def login() -> User | None:
        async with open_state(Settings(state=state)) as opened:
            return await recognise(opened, facts, system_clock(), code)

    return asyncio.run(login())


def stewards(state: Path) -> list[dict[str, str]]:
    found = json.loads(run(state, "holders", "--json").stdout)
    assert all(one["role"] == "steward" for one in found)
    return list(found)


def code_of(done: Result) -> str:
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def test_the_first_steward_comes_in_by_a_code_used_once_and_with_an_own_card(state: Path) -> None:
    code = code_of(run(state, "steward", "--name", "林主管"))
    assert come_in(state, card("a")) is None
    for kind in ("institution", "government"):
        with pytest.raises(MaskmapError) as refused:
            come_in(state, card("g", "unit", kind), code)
        assert refused.value.code == "CARD_KIND"
    first = come_in(state, card("a"), code)
    assert first is not None
    assert [(one.institution, one.role) for one in first.grants] == [(AUTHORITY, "steward")]
    with pytest.raises(MaskmapError):
        come_in(state, card("b", "serial-2"), code)
    assert [(one["user"], one["granted_by"]) for one in stewards(state)] == [(first.id, "operator")]
    assert "never used" in run(state, "holders").stdout


def test_a_stewards_renewed_card_comes_in_by_the_operators_code_and_no_other_card_does(
    state: Path,
) -> None:
    first = come_in(state, card("a"), code_of(run(state, "steward", "--name", "林主管")))
    assert first is not None
    with pytest.raises(MaskmapError) as refused:
        come_in(state, card("new"))
    assert refused.value.code == "CARD_RENEWED"
    code = code_of(run(state, "renew", first.id))
    with pytest.raises(MaskmapError):
        come_in(state, card("other", "serial-2"), code)
    renewed = come_in(state, card("new"), code)
    assert renewed is not None
    assert renewed.id == first.id
    assert come_in(state, card("a")) is None


def test_a_dismissed_steward_is_out_and_nobody_is_dismissed_twice(state: Path) -> None:
    first = come_in(state, card("a"), code_of(run(state, "steward", "--name", "林主管")))
    assert first is not None
    assert run(state, "dismiss", first.id).exit_code == 0
    assert come_in(state, card("a")) is None
    assert stewards(state) == []
    again = run(state, "dismiss", first.id)
    assert again.exit_code == 1
    assert run(state, "renew", first.id).exit_code == 1
