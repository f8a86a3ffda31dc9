"""A script that leaves geometry and then fails."""

import ring_kit as kit


def build():
    kit.shank(17.3, 3.0, 1.8, metal=kit.metal("18k yellow gold"))
    raise RuntimeError("the head was never made")
