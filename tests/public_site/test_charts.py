"""The charts: zero-based, up to the present number, labelled, nothing outside the picture."""

from __future__ import annotations

import random
import re
from itertools import pairwise

from public_site.charts import ABOVE, DAY_S, HEIGHT, HIGH, Event, Line, draw, events_of

HOUR = 3600
MORNING = Line([(0, 0), (8 * HOUR, 200), (9 * HOUR, 150), (10 * HOUR, 128)], 10 * HOUR + 1800)


def test_goods_and_the_last_piece_are_told_in_order():
    line = Line([(0, 12), (100, 0), (200, 194), (300, 196), (400, 0), (500, 50)], DAY_S)
    assert list(events_of(line, 10)) == [
        Event("sold_out", 100, 12),
        Event("arrival", 200, 194),
        Event("sold_out", 400, 196),
        Event("arrival", 500, 50),
    ]


def test_a_sale_given_back_is_no_arrival():
    line = Line([(0, 10), (100, 12), (200, 10)], DAY_S)
    assert list(events_of(line, 10)) == []


def test_the_path_goes_in_steps_from_midnight_to_the_end():
    chart = draw(MORNING, 200, list(events_of(MORNING, 10)))
    assert chart.path == "M0 100H480V0H540V25H600V36H630"
    assert chart.area == f"{chart.path}V100H0Z"
    assert chart.end_x == round(100 * 10.5 / 24, 2)
    assert chart.end_y == round(ABOVE + HIGH * (1 - 128 / 200), 1)


def test_zero_lies_on_the_base_line_and_the_highest_at_the_top():
    chart = draw(Line([(0, 0)], HOUR), 200, [])
    assert chart.end_y == ABOVE + HIGH
    assert draw(Line([(0, 200)], HOUR), 200, []).end_y == ABOVE


def test_opening_arrival_and_present_are_labelled():
    chart = draw(MORNING, 200, list(events_of(MORNING, 10)))
    assert [(label.kind, label.value) for label in chart.labels] == [
        ("opening", 0),
        ("arrival", 200),
        ("now", 128),
    ]


def test_an_empty_day_can_be_drawn():
    chart = draw(Line([(0, 0)], 0), 0, [])
    assert chart.path == "M0 100H0"
    assert chart.labels[-1].value == 0


def test_no_line_and_no_label_leaves_the_picture(rng: random.Random):
    for _ in range(300):
        seconds = sorted(rng.sample(range(600, DAY_S, 600), rng.randrange(20)))
        steps = [(0, rng.randrange(300)), *((s, rng.randrange(300)) for s in seconds)]
        line = Line(steps, rng.randrange(steps[-1][0], DAY_S + 1))
        arrivals = [event for event in events_of(line, 10) if event.kind == "arrival"]
        chart = draw(line, line.highest, arrivals)
        across = [float(x) for x in re.findall(r"H([0-9.]+)", chart.path)]
        upwards = [float(y) for y in re.findall(r"[V ]([0-9.]+)", chart.path)]
        assert across == sorted(across)
        assert all(0 <= x <= 1440 for x in across)
        assert all(0 <= y <= 100 for y in upwards)
        for label in [*chart.labels, *chart.hours]:
            assert 0 <= label.x <= 100
            assert 10 <= label.y <= HEIGHT
            assert not (label.anchor == "start" and label.x > 90)
            assert not (label.anchor == "end" and label.x < 10)
        arrived = [label.x for label in chart.labels if label.kind == "arrival"]
        assert all(b - a > 5 for a, b in pairwise(arrived))
