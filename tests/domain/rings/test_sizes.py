"""Ring sizes, against printed tables."""

import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.rings.sizes import diameter_mm_from, finger_sizes

# US size, inner diameter in mm: Rio Grande, "Measuring a ring blank".
RIO_GRANDE = [(4, 14.86), (5, 15.70), (6, 16.51), (7, 17.35), (8, 18.19), (9, 18.99), (10, 19.84), (11, 20.68)]
# No., inner diameter in mm: Tomigin's table of the Japanese standard gauge.
TOMIGIN = [(1, 13.0), (7, 15.0), (11, 16 + 1 / 3), (14, 17 + 1 / 3), (19, 19.0), (25, 21.0)]


@pytest.mark.parametrize(("us", "diameter_mm"), RIO_GRANDE)
def test_us_sizes_are_those_of_a_suppliers_table(us, diameter_mm):
    """A US size's diameter is within 0.12 mm of a supplier's table."""
    assert diameter_mm_from("us", us) == pytest.approx(diameter_mm, abs=0.12)


@pytest.mark.parametrize(("number", "diameter_mm"), TOMIGIN)
def test_japanese_sizes_are_those_of_the_standard_gauge(number, diameter_mm):
    """A Japanese number's diameter is that of the trade's gauge."""
    assert diameter_mm_from("jp", number) == pytest.approx(diameter_mm, abs=0.005)


@pytest.mark.parametrize(
    ("letters", "circumference_mm"), [("C", 40.0), ("N", 53.75), ("n 1/2", 54.375), ("Z+2½", 71.875)]
)
def test_uk_sizes_step_by_a_millimetre_and_a_quarter(letters, circumference_mm):
    """BS 6820: C is 40 mm of circumference, each letter 1.25 mm more, with halves, and Z+1 to Z+6 beyond Z."""
    assert diameter_mm_from("uk", letters) * 3.14159265 == pytest.approx(circumference_mm, abs=0.001)


def test_eu_size_is_the_inner_circumference():
    """ISO 8653: size 54 is 54 mm round the inside."""
    assert diameter_mm_from("eu", 54) == pytest.approx(17.189, abs=0.001)


def test_one_ring_in_four_systems():
    """US 7 is UK N½, EU 54.4 and JP 14, as the size charts have it."""
    sizes = finger_sizes(diameter_mm_from("us", 7))
    assert (sizes.us, sizes.uk, sizes.iso, sizes.jp) == (7.0, "N½", 54.4, 14)


@pytest.mark.parametrize("system_and_value", [("us", 3.25), ("us", 12.5), ("uk", "H½"), ("uk", "Z+3"), ("jp", 22)])
def test_every_size_comes_back(system_and_value):
    """From a size to millimetres and back nothing changes."""
    system, value = system_and_value
    sizes = finger_sizes(diameter_mm_from(system, value))
    assert {"us": sizes.us, "uk": sizes.uk, "jp": sizes.jp}[system] == value


@pytest.mark.parametrize("system_and_value", [("us", 45), ("uk", "ß"), ("uk", "N2"), ("eu", "large"), ("mm", 7)])
def test_a_size_that_does_not_exist_is_refused(system_and_value):
    """Bad sizes name the field, and say what is possible."""
    with pytest.raises(InvalidInput, match=r"^ring size: "):
        diameter_mm_from(*system_and_value)


def test_rings_outside_the_letters_still_have_a_name():
    """A finger hole smaller than A is told as such, one beyond Z counts on."""
    assert finger_sizes(11.2).uk == "under A"
    assert finger_sizes(23.0).uk == "Z+3"
