from __future__ import annotations

import pytest
from click.testing import CliRunner

from core.cli import main
from core.community import cli
from core.community.store import CommunityStore, LinkCheck


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Run `maskmap apps check` over links of which those in ``working`` answer."""

    def run(working):
        async def look(urls, clock, keep):
            for url in urls:
                keep(LinkCheck(url, "2020-02-07T10:00:00+08:00", working(url), "HTTP 200"))

        monkeypatch.setattr(cli, "check_links", look)
        result = CliRunner().invoke(main, ["apps", "check", "--state", str(tmp_path)])
        return result, CommunityStore(tmp_path / "community.sqlite").link_checks()

    return run


def test_a_check_from_a_computer_without_network_notes_nothing(check):
    result, noted = check(lambda url: False)
    assert result.exit_code == 1
    assert "is this computer on the network?" in result.stderr
    assert not noted


def test_a_check_notes_what_works_and_what_is_broken(check):
    result, noted = check(lambda url: "kuro" in url)
    assert result.exit_code == 0
    assert "BROKEN" in result.stdout
    assert len(noted) > 1
