"""The memory of the budgets: what fits into a moving window, and what is forgotten."""

from __future__ import annotations

import random
import threading

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from pharmacy_portal import moments
from pharmacy_portal.budgets import FAILED_LOGINS, Budgets, RateLimited
from pharmacy_portal.moments import Moments


class Watch:
    """A clock in the place of the module ``time``."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(moments, "time", watch)
    return watch


def test_any_minute_sees_no_more_hits_than_the_limit(watch: Watch, rng: random.Random) -> None:
    limiter, three = MovingWindowRateLimiter(Moments()), RateLimitItemPerMinute(3)
    admitted: list[float] = []
    for _ in range(2_000):
        watch.now += rng.choice((0.0, 1.0, 7.0, 19.0, 20.0, 61.0))
        inside = sum(watch.now - at <= 60 for at in admitted)
        assert limiter.test(three, "login", "a") == (inside < 3)
        assert limiter.hit(three, "login", "a") == (inside < 3)
        if inside < 3:
            admitted.append(watch.now)


def test_a_window_tells_when_its_oldest_hit_runs_out(watch: Watch) -> None:
    limiter, two = MovingWindowRateLimiter(Moments()), RateLimitItemPerMinute(2)
    began = watch.now
    limiter.hit(two, "login", "a")
    watch.now += 10
    limiter.hit(two, "login", "a")
    assert limiter.get_window_stats(two, "login", "a") == (began + 60, 0)
    assert limiter.get_window_stats(two, "login", "b").remaining == 2


def test_addresses_that_stay_away_are_forgotten(watch: Watch) -> None:
    held = Moments()
    for number in range(100):
        held.acquire_entry(f"address {number}", 3, 60)
    watch.now += 61
    held.acquire_entry("another", 3, 60)
    assert held.reset() == 1


def test_a_hit_starts_no_thread() -> None:
    budgets, before = Budgets(), threading.active_count()
    budgets.spend_login("a")
    assert threading.active_count() == before


def test_failures_use_up_the_budget_of_their_own_address_only() -> None:
    budgets = Budgets()
    for _ in range(FAILED_LOGINS[0].amount):
        budgets.spend_login("a")
        budgets.count_failed_login("a")
    with pytest.raises(RateLimited) as refused:
        budgets.spend_login("a")
    assert 1 <= refused.value.retry_after_s <= 60
    budgets.spend_login("b")
