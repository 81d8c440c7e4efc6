"""UTM parameters, channel documents and targeting: what is known is checked, what is not is kept."""

from typing import Any

import pytest

from campaigns.documents import check_channels, check_data, check_targeting
from campaigns.utm import check_utm, filled, identity, tagged

NAMES = {"campaign": "Frühling & Co", "creative": "Square 1", "placement": "square"}


@pytest.mark.parametrize(
    ("url", "utm", "expected"),
    [
        ("https://a.test/x", {"source": "meta"}, "https://a.test/x?utm_source=meta"),
        ("https://a.test/?q=1#top", {"source": "m s"}, "https://a.test/?q=1&utm_source=m+s#top"),
        ("https://a.test/?utm_source=old&b=", {"source": "new"}, "https://a.test/?b=&utm_source=new"),
        ("https://a.test/", {"campaign": "{campaign}"}, "https://a.test/?utm_campaign=fr%C3%BChling-co"),
        ("https://a.test/", {"content": "{placement}-{creative}"}, "https://a.test/?utm_content=square-square-1"),
        ("https://a.test/", {}, "https://a.test/"),
        ("", {"source": "meta"}, ""),
    ],
)
def test_an_address_is_tagged(url: str, utm: dict[str, str], expected: str) -> None:
    assert tagged(url, utm, NAMES) == expected
    assert tagged(expected, utm, NAMES) == expected


def test_parameters_that_are_open_are_left_out() -> None:
    assert filled({"source": "meta", "term": ""}, NAMES) == {"source": "meta"}
    assert filled({"campaign": "{campaign}"}, {}) == {}


def test_visits_are_told_apart_by_source_medium_and_campaign() -> None:
    assert identity({"source": "Meta", "campaign": "{campaign}"}, "Spring") == ("meta", "", "spring")
    assert identity({"source": "meta"}, "Spring") is None
    assert identity({}, "Spring") is None


@pytest.mark.parametrize(
    ("utm", "errors"),
    [
        ({"source": "meta", "content": "x"}, []),
        ({"sources": "meta"}, [("/utm/sources", "unknown_field")]),
        ({"source": 1}, [("/utm/source", "wrong_type")]),
        ({"term": "x" * 201}, [("/utm/term", "too_long")]),
        ([], [("/utm", "wrong_type")]),
    ],
)
def test_utm_is_checked(utm: Any, errors: list[tuple[str, str]]) -> None:
    assert [(error.pointer, error.code) for error in check_utm(utm)] == errors


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, []),
        ({"note": 1, "channels": {"meta": {"version": 1, "ours": [1]}, "radio": 3}}, []),
        ({"channels": ["meta"]}, ["/data/channels"]),
        ({"channels": {"meta": []}}, ["/data/channels/meta"]),
        ({"channels": {"meta": {"version": 2}}}, ["/data/channels/meta/version"]),
        ({"channels": {"ctv": {"budget_micros": -1}}}, ["/data/channels/ctv/budget_micros"]),
        ({"channels": {"ctv": {"budget_micros": True}}}, ["/data/channels/ctv/budget_micros"]),
        ({"channels": {"display": {"bid_strategy": "x", "sites": [1]}}},
         ["/data/channels/display/bid_strategy", "/data/channels/display/sites"]),
    ],
)  # fmt: skip
def test_channel_documents_are_checked(data: dict[str, Any], errors: list[str]) -> None:
    assert [error.pointer for error in check_data(data)] == errors


@pytest.mark.parametrize(
    ("targeting", "errors"),
    [
        ({}, []),
        ({"version": 1, "countries": ["DE"], "age_min": 20, "age_max": 20, "moon": "full"}, []),
        ({"countries": ["de"]}, ["/targeting/countries"]),
        ({"countries": "DE"}, ["/targeting/countries"]),
        ({"age_min": 12}, ["/targeting/age_min"]),
        ({"age_min": 40, "age_max": 30}, ["/targeting/age_max"]),
        ({"gender": "x", "cities": [""]}, ["/targeting/cities", "/targeting/gender"]),
        (3, ["/targeting"]),
    ],
)
def test_targeting_is_checked(targeting: Any, errors: list[str]) -> None:
    assert [error.pointer for error in check_targeting(targeting)] == errors


def test_channels_are_known_and_named_once() -> None:
    assert check_channels(["meta", "ctv"]) == []
    assert [error.pointer for error in check_channels(["meta", "radio", "meta"])] == ["/channels/1", "/channels"]
