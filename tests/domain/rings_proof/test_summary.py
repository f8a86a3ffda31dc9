"""A proof in words."""

from tasks.domain.rings.proof import prove
from tasks.domain.rings.summary import markdown_report, spatial_report
from tests.domain.rings_proof import bodies


def test_the_spatial_report_speaks_blenders_axes():
    """glTF (x, y, z) is Blender (x, -z, y): the stone on top is high in z, whatever lies behind is high in y."""
    parts = {"shank": bodies.torus(), "bead": bodies.block((1, 2, -5), (2, 4, -3))}
    report = spatial_report(prove(bodies.glb(parts)))

    assert "bead (metal): x 1.00..2.00, y 3.00..5.00, z 2.00..4.00; 12 triangles; closed" in report.splitlines()


def test_the_spatial_report_tells_size_stones_and_findings():
    """What a model needs to mend a ring is in the text: diameter, each stone's seat, and what to mend."""
    parts = {**bodies.solitaire(), "bead": bodies.block((1, 22, -5), (2, 24, -3))}
    report = spatial_report(prove(bodies.glb(parts)))

    assert "inner diameter 17.30 (US 7)" in report
    assert "center_diamond: diamond 6.50 x 6.50" in report
    assert "To mend: The metal is 2 separate bodies; loose from the largest: bead." in report


def test_the_markdown_report_is_tables_a_person_can_read():
    """Verdict, sizes, weights and one row per stone."""
    report = markdown_report(prove(bodies.glb(bodies.solitaire())))

    assert report.startswith("**Sound")
    assert "| Size | US 7 · UK N½ · EU 54.3 · JP 14 |" in report
    assert sum(line.startswith("| center_diamond |") for line in report.splitlines()) == 1
