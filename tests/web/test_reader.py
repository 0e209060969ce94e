"""Moments are told in the reader's language and zone, with the zone shown."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.catalogue import load_catalogues
from server.web.reader import Reader, zone_of
from tests.web.asking import request_with

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
CATALOGUES = load_catalogues()


def reader(language: str = "en", zone: str = "UTC") -> Reader:
    return Reader(language, ZoneInfo(zone), CATALOGUES.translations[language], NOW)


@pytest.mark.parametrize(
    "language, zone, told",
    [
        ("en", "America/New_York", "Nov 23, 2026, 7:07\N{NARROW NO-BREAK SPACE}AM EST"),
        ("es", "Europe/Madrid", "23 nov 2026, 13:07 CET"),
        ("en", "America/Sao_Paulo", "Nov 23, 2026, 9:07\N{NARROW NO-BREAK SPACE}AM UTC-03"),
        ("es", "Asia/Kolkata", "23 nov 2026, 17:37 IST"),
    ],
)
def test_an_instant_shows_its_zone(language: str, zone: str, told: str) -> None:
    assert reader(language, zone).at_text(NOW) == told


def test_an_instant_is_written_for_machines_too() -> None:
    assert str(reader(zone="Europe/Madrid").at(NOW)).startswith('<time datetime="2026-11-23T12:07:00Z">')


@pytest.mark.parametrize(
    "away, told",
    [
        (timedelta(hours=1, minutes=50, seconds=59), "1 hr 50 min left"),
        (timedelta(days=2, hours=3, minutes=5), "2 days 3 hr left"),
        (timedelta(hours=5), "5 hr left"),
        (timedelta(seconds=30), "0 min left"),
        (timedelta(minutes=-40), "40 min late"),
        (timedelta(days=-1, minutes=-2), "1 day late"),
    ],
)
def test_a_deadline_is_told_as_time_left_or_late(away: timedelta, told: str) -> None:
    assert f">{told}</time>" in reader().until(NOW + away)


def test_a_moment_past_is_told_in_words() -> None:
    assert ">3 hours ago</time>" in reader().ago(NOW - timedelta(hours=3))
    assert ">hace 3 horas</time>" in reader("es").ago(NOW - timedelta(hours=3))


def test_a_day_is_the_readers_day_but_a_date_is_a_date() -> None:
    late = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    assert ">Nov 22, 2026<" in reader(zone="America/New_York").day(late)
    assert ">Feb 29, 1972<" in reader(zone="America/New_York").day(date(1972, 2, 29))


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_a_span_never_promises_more_than_there_is(length: timedelta) -> None:
    units = {"day": 1440, "days": 1440, "hr": 60, "min": 1}
    words = reader().span(length).split()
    told = sum(int(count) * units[unit] for count, unit in zip(words[::2], words[1::2], strict=True))

    assert timedelta(minutes=told) <= length


@pytest.mark.parametrize(
    "length, told",
    [
        (timedelta(0), "0 sec"),
        (timedelta(seconds=59.6), "1 min"),
        (timedelta(minutes=4, seconds=10), "4 min 10 sec"),
        (timedelta(hours=2), "120 min"),
    ],
)
def test_a_short_span_is_told_to_the_second(length: timedelta, told: str) -> None:
    assert reader().short_span(length) == told


@pytest.mark.parametrize("cookie", ["../../etc/passwd", "America", "Mars/Olympus", "/etc/localtime", "", "x" * 500])
def test_a_zone_that_is_none_reads_as_utc(cookie: str) -> None:
    request = request_with(cookies={"zone": cookie})

    assert zone_of(request).key == "UTC"


def test_the_browsers_zone_is_believed() -> None:
    request = request_with(cookies={"zone": "Africa/Freetown"})

    assert zone_of(request).key == "Africa/Freetown"


@pytest.mark.parametrize(
    "region, told", [("SL-W", "SL-W, Sierra Leona"), ("SL", "Sierra Leona"), ("nowhere", "nowhere")]
)
def test_a_place_is_told_with_its_country_in_the_readers_language(region: str, told: str) -> None:
    assert reader("es").place(region) == told


@pytest.mark.parametrize("code, told", [("en-GB", "inglés"), ("xx", "xx")])
def test_a_language_is_named_in_the_readers_language(code: str, told: str) -> None:
    assert reader("es").language_name(code) == told
