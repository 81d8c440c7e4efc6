"""A declaration turns stored values of any age into valid ones, and refuses what can't work."""

from time import perf_counter
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

import pytest

from kernel.errors import Invalid
from tenants.access.settings.declaration import Settings, Shown, check
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.patterns import filled, fits
from tenants.access.settings.preferences import PreferenceValues

EVERYTHING = pytest.mark.parametrize("cls", [OrganizationValues, PreferenceValues])


@check
class Third(Settings):
    """Its first version had `wide`, its second `rows` as text."""

    version: ClassVar[int] = 3
    upgrades: ClassVar[Any] = {
        1: lambda values: {("size" if name == "wide" else name): value for name, value in values.items()},
        2: lambda values: values | ({"rows": int(values["rows"])} if "rows" in values else {}),
    }
    sections: ClassVar[Any] = MappingProxyType({"look": "Look"})

    size: Annotated[Literal["s", "l"], Shown("look", "Size", words={"s": "S", "l": "L"})] = "s"
    rows: Annotated[int, Shown("look", "Rows")] = 10


def test_values_of_every_former_version_are_upgraded_step_by_step() -> None:
    assert Third.stored(1, {"wide": "l", "rows": "25"}) == Third(size="l", rows=25)
    assert Third.stored(2, {"size": "l", "rows": "25"}) == Third(size="l", rows=25)
    assert Third.stored(3, {"size": "l", "rows": 25}) == Third(size="l", rows=25)


def test_values_of_a_newer_release_are_read_as_far_as_they_are_known() -> None:
    assert Third.stored(9, {"size": "l", "rows": "many", "glow": True}) == Third(size="l", rows=10)
    assert Third.upgraded(9, {"glow": True}) == {"glow": True}


def test_what_is_not_valid_any_more_counts_as_not_chosen() -> None:
    found = PreferenceValues.stored(
        1, {"theme": "sepia", "density": "compact", "list_size": 10_000, "time_zone": "Mars"}
    )

    assert found == PreferenceValues(density="compact")


@EVERYTHING
def test_every_setting_has_a_label_a_section_and_a_default_of_its_own(cls: type[Settings]) -> None:
    assert {shown.section for shown in cls.shown().values()} == set(cls.sections)
    assert all(str(shown.label) for shown in cls.shown().values())
    assert cls(**cls.defaults()) == cls()


@EVERYTHING
def test_every_choice_has_words(cls: type[Settings]) -> None:
    for name, found in cls.model_fields.items():
        if getattr(found.annotation, "__origin__", None) is Literal:
            assert tuple(cls.shown()[name].words) == found.annotation.__args__  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"shown": Shown("nowhere", "Size")}, "section"),
        ({"shown": Shown("look", "Size", words={"x": "X"})}, "words"),
        ({"default": "xl"}, "default"),
        ({"version": 2}, "upgrade"),
    ],
)
def test_a_declaration_that_cant_work_stops_the_start(broken: dict[str, Any], reason: str) -> None:
    annotation = Annotated[Literal["s", "l"], broken.get("shown", Shown("look", "Size"))]
    body = {
        "__annotations__": {"size": annotation},
        "size": broken.get("default", "s"),
        "version": broken.get("version", 1),
        "sections": {"look": "Look"},
        "__module__": __name__,
    }

    with pytest.raises(TypeError, match=reason):
        check(type("Broken", (Settings,), body))


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"currency": "eur"}, "/currency", "wrong_format"),
        ({"currency": "EURO"}, "/currency", "too_long"),
        ({"week_start": "friday"}, "/week_start", "unknown_value"),
        ({"without_end": True}, "/without_end", "unknown_value"),
        ({"name_pattern": "{city} {name}"}, "/name_pattern", "wrong_format"),
        ({"name_pattern": "{name"}, "/name_pattern", "wrong_format"),
        ({"name_pattern": "a\nb"}, "/name_pattern", "wrong_format"),
        ({"utm_source": "{name}"}, "/utm_source", "wrong_format"),
        ({"utm_medium": "x" * 121}, "/utm_medium", "too_long"),
        ({"colour": "red"}, "/colour", "unknown_field"),
        ({"colour": None}, "/colour", "unknown_field"),
    ],
)
def test_a_wrong_value_is_refused_at_its_name(changes: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        OrganizationValues.checked(changes)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_a_pattern_describes_names_and_fills_in_what_is_known() -> None:
    pattern = "{year}-{month} {name}"

    assert filled(pattern, {"year": "2030", "month": "01"}) == "2030-01 {name}"
    assert fits(pattern, "2030-01 Spring (EU)")
    assert not fits(pattern, "Spring")
    assert not fits(pattern, "2030-1 Spring")
    assert fits("{quarter} {team}/{name}", "q3 Growth/Autumn")
    assert not fits("{quarter} {name}", "Q5 Autumn")
    assert fits("", "whatever")


@pytest.mark.parametrize(
    ("pattern", "name", "does"),
    [
        ("{name}", "", False),
        ("{name}{team}", "a", False),
        ("{name}{team}", "ab", True),
        ("{name}-{team}-{year}", "a-b-c-2030", True),
        ("{name}-{year}", "-2030", False),
        ("{name}{year}", "x2030", True),
        ("{name}{year}", "2030", False),
        ("{year}", "2030 ", False),
        ("a{name}a", "aa", False),
        ("a{name}a", "aba", True),
        ("{name} {team} {name}", "one  two", False),
        ("{name} {team} {name}", "one  two 3", True),
        ("straße {name}", "STRAßE 1", True),
        ("ß{name}", "s1", False),
    ],
)
def test_a_placeholder_of_any_length_stands_for_one_character_or_more(pattern: str, name: str, does: bool) -> None:
    assert fits(pattern, name) is does


def test_many_placeholders_are_matched_in_no_time() -> None:
    started = perf_counter()
    assert not fits("{name}a" * 20 + "!", "a" * 255)
    assert fits("{name}a" * 20, "a" * 255)
    assert perf_counter() - started < 1
