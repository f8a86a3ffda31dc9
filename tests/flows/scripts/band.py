"""A plain band with the ring kit."""

# assumed: US size 7
# not honoured: hand engraving

import ring_kit as kit


def build():
    kit.shank(17.3, 3.0, 1.8, metal=kit.metal("18k yellow gold"))


if __name__ == "__main__":
    build()
