"""What the application holds for its handlers, under typed keys."""

from __future__ import annotations

from aiohttp import web

from core.clock import Clock
from core.settings import Settings
from public_site.metrics import Metrics
from public_site.serving.policy import Policy
from public_site.snapshots import Snapshots

SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
SNAPSHOTS = web.AppKey("snapshots", Snapshots)
METRICS = web.AppKey("metrics", Metrics)
# What stands before every path of an application: empty, or `/sandbox` where answers are fixed.
BASE = web.AppKey("base", str)
POLICY = web.AppKey("policy", Policy)
