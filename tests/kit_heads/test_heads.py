"""Heads, measured from the GLB that real Blender exports: closed parts, one metal body, seated stones."""

FACETED = ("round", "princess", "emerald", "asscher", "oval", "cushion", "pear", "marquise", "baguette", "heart")
CUTS = (*FACETED, "cabochon", "pearl")


def assert_sound(proofs, stones: int | None = None):
    """Every part closed and outward, one metal body, the finger's size kept, no stone floating or buried."""
    assert proofs
    for name, proof in proofs.items():
        flawed = [
            part.name
            for part in proof.parts
            if not part.watertight or not part.winding_consistent or part.volume_mm3 <= 0 or part.degenerate_faces
        ]
        assert not flawed, (name, flawed)
        assert proof.metal_bodies == 1, name
        assert abs(proof.finger.inner_diameter_mm - 17.3) <= 0.05, name
        assert not [stone.name for stone in proof.stones if stone.floating or stone.buried], name
        assert stones is None or len(proof.stones) == stones, name


def test_claws_hold_every_cut(proofs):
    """Four or six claws hold every cut: nothing floats or is buried, and prong parts are as many as asked."""
    made = proofs(f"""
for cut in {CUTS}:
    for count in (4, 6):
        for shank, metal, stone in save(f"{{folder}}/{{cut}}_{{count}}.glb"):
            kit.prong_head(shank, kit.Gem(cut, 7.0), metal=metal, stone=stone, prongs=count)
""")
    assert_sound(made, stones=1)
    for name, proof in made.items():
        assert sum(part.name.startswith("prong_") for part in proof.parts) == int(name[-1])


def test_bezels_hold_every_cut(proofs):
    """A bezel holds every cut in a cavity of its own shape, milgrain or none."""
    made = proofs(f"""
for cut in {CUTS}:
    for shank, metal, stone in save(f"{{folder}}/{{cut}}.glb"):
        kit.bezel_head(shank, kit.Gem(cut, 7.0), metal=metal, stone=stone, milgrain=cut in ("round", "pear"))
""")
    assert_sound(made, stones=1)


def test_halos_follow_every_cut(proofs):
    """A halo surrounds every cut with at least ten melee that do not touch each other."""
    made = proofs(f"""
for cut in {CUTS}:
    for shank, metal, stone in save(f"{{folder}}/{{cut}}.glb"):
        melee = kit.Gem("round", 1.3)
        kit.halo_head(shank, kit.Gem(cut, 7.0), metal=metal, stone=stone, side_gem=melee, side_stone=stone)
""")
    assert_sound(made)
    assert min(len(proof.stones) for proof in made.values()) > 10


def test_three_stones_and_small_and_large_ones(proofs):
    """A quarter carat and five carats are held like one carat, alone or between side stones."""
    made = proofs("""
for length in (4.1, 11.2):
    for shank, metal, stone in save(f"{folder}/prong_{length}.glb"):
        kit.prong_head(shank, kit.Gem("round", length), metal=metal, stone=stone)
    for shank, metal, stone in save(f"{folder}/three_{length}.glb"):
        gems = kit.Gem("oval", length), kit.Gem("pear", 0.6 * length)
        kit.three_stone_head(shank, *gems, metal=metal, stone=stone, side_stone=stone)
""")
    assert_sound(made)
    assert len(made["three_4.1"].stones) == 3


def test_a_tension_shank_grips_every_cut(proofs):
    """The jaws touch every faceted stone, and the shank stays one body."""
    made = proofs(f"""
for cut in {FACETED}:
    gem = kit.Gem(cut, 6.5)
    for shank, metal, stone in save(f"{{folder}}/{{cut}}.glb", opening_mm=5.8, width_mm=3.6, thickness_mm=2.8):
        kit.tension_head(shank, gem, metal=metal, stone=stone)
""")
    assert_sound(made, stones=1)


def test_signets_of_every_shape(proofs):
    """A signet's face is one body with the band, plain or with a stone set flush."""
    made = proofs("""
for shape in ("oval", "round", "cushion", "rectangle"):
    for shank, metal, stone in save(f"{folder}/{shape}.glb", width_mm=4.0):
        kit.signet_head(shank, metal=metal, length_mm=12.0, width_mm=11.0, shape=shape)
    for shank, metal, stone in save(f"{folder}/{shape}_set.glb", width_mm=4.0):
        gem = kit.Gem("oval", 4.0)
        kit.signet_head(shank, metal=metal, length_mm=12.0, width_mm=11.0, shape=shape, gem=gem, stone=stone)
""")
    assert_sound(made)


def test_domed_stones_are_round_and_light(proofs):
    """A pearl and a cabochon of any outline are seated in every head that takes them, in at most 4,000 triangles."""
    made = proofs("""
side = kit.Gem("cabochon", 4.0)
for sizes in (("pearl", 4.0), ("pearl", 9.0), ("cabochon", 7.0, 7.0), ("cabochon", 12.0, 7.0)):
    gem = kit.Gem(*sizes)
    for shank, metal, stone in save(f"{folder}/three_{gem.cut}_{gem.length_mm}.glb"):
        kit.three_stone_head(shank, gem, side, metal=metal, stone=stone, side_stone=stone)
    for shank, metal, stone in save(f"{folder}/signet_{gem.cut}_{gem.length_mm}.glb", width_mm=4.0):
        flush = kit.Gem(gem.cut, 0.5 * gem.length_mm, 0.5 * gem.width_mm)
        kit.signet_head(shank, metal=metal, length_mm=12.0, width_mm=11.0, gem=flush, stone=stone)
""")
    assert_sound(made)
    assert max(part.triangles for proof in made.values() for part in proof.parts if part.role == "stone") <= 4000


def test_bad_arguments_name_their_limit(run_refused):
    """A wrong count of prongs, melee of another cut, a wide opening or a small face say what is allowed."""
    said = run_refused("""
kit.prong_head(shank, kit.Gem("round", 6.5), metal=metal, stone=stone, prongs=5)
kit.halo_head(shank, kit.Gem("round", 6.5), metal=metal, stone=stone, side_gem=kit.Gem("oval", 1.5), side_stone=stone)
kit.tension_head(shank, kit.Gem("round", 6.5), metal=metal, stone=stone)
kit.signet_head(shank, metal=metal, length_mm=3.0, width_mm=3.0)
kit.tension_head(shank, kit.Gem("pearl", 6.5), metal=metal, stone=stone)
kit.Row("pave", kit.Gem("cabochon", 1.5))
""")
    for words, sentence in zip(
        ("prongs must be 4 or 6", "must be round", "opening_mm", "at least 4 mm", "grip a pearl", "faceted stones"),
        said,
        strict=True,
    ):
        assert words in sentence
