"""The signing key: made once, readable by its owner alone, and never half of a pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Invalid
from core.releases import is_signed, load_public_key
from publisher.signing import load_signing_key, sign


def test_the_pair_is_made_on_first_use_and_read_afterwards(tmp_path: Path) -> None:
    private, public = tmp_path / "keys" / "signing-key.pem", tmp_path / "keys" / "public-key.pem"
    first = load_signing_key(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    again = load_signing_key(private, public)
    trusted = load_public_key(public)
    assert is_signed(b"exact bytes", sign(again, b"exact bytes").encode(), trusted)
    assert first.public_key() == again.public_key() == trusted
    assert not is_signed(b"other bytes", sign(again, b"exact bytes").encode(), trusted)


def test_the_public_half_is_written_again_where_it_is_missing(tmp_path: Path) -> None:
    private, public = tmp_path / "a.pem", tmp_path / "b.pem"
    load_signing_key(private, public)
    public.unlink()
    key = load_signing_key(private, public)
    assert load_public_key(public) == key.public_key()


def test_a_lost_signing_key_is_not_replaced_behind_the_readers_backs(tmp_path: Path) -> None:
    private, public = tmp_path / "a.pem", tmp_path / "b.pem"
    load_signing_key(private, public)
    private.unlink()
    with pytest.raises(Invalid, match="restore it"):
        load_signing_key(private, public)


def test_halves_of_two_pairs_are_refused(tmp_path: Path) -> None:
    load_signing_key(tmp_path / "a.pem", tmp_path / "b.pem")
    load_signing_key(tmp_path / "c.pem", tmp_path / "d.pem")
    with pytest.raises(Invalid, match="is not the public half of"):
        load_signing_key(tmp_path / "a.pem", tmp_path / "d.pem")


def test_something_else_than_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("no key")
    with pytest.raises(Invalid, match="not a private key in PEM form"):
        load_signing_key(tmp_path / "a.pem", tmp_path / "b.pem")
