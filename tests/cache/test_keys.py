"""Keys are formed in one place and never collide."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.cache.keys import key

parts = st.lists(st.text(alphabet=st.characters(codec=None), max_size=8), min_size=1, max_size=4)


@given(one=parts, other=parts)
def test_different_parts_never_share_a_key(one: list[str], other: list[str]) -> None:
    assert (key(*one) == key(*other)) == (one == other)


def test_separators_in_a_part_stay_inside_it() -> None:
    assert key("public", "a:b") != key("public", "a", "b")
    assert key("public", "a%3Ab") != key("public", "a:b")
    assert key("public", "{x}") == "cb:{public}:%7Bx%7D"


def test_the_owner_is_the_hash_tag_of_the_cluster_slot() -> None:
    assert key("0190", "member", "7") == "cb:{0190}:member:7"
