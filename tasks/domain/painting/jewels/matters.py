"""Stones and beads by name: how they swallow and break light, or what they scatter and mirror."""

from tasks.domain.painting.arrays import vector
from tasks.domain.painting.gems import Glass, swallowing
from tasks.domain.painting.pieces import Matter

GLASSES = {
    glass.name: glass
    for glass in (
        Glass("diamond", vector(0.020, 0.020, 0.018), 2.42, 0.032),
        Glass("ruby", swallowing(vector(0.86, 0.012, 0.05)), 1.77),
        Glass("garnet", swallowing(vector(0.52, 0.008, 0.02)), 1.78),
        Glass("sapphire", swallowing(vector(0.025, 0.09, 0.70)), 1.77),
        Glass("emerald", swallowing(vector(0.03, 0.56, 0.22)), 1.58),
        Glass("tsavorite", swallowing(vector(0.08, 0.56, 0.12)), 1.74),
        Glass("peridot", swallowing(vector(0.46, 0.72, 0.06)), 1.67),
        Glass("amethyst", swallowing(vector(0.30, 0.05, 0.55)), 1.55),
        Glass("tanzanite", swallowing(vector(0.15, 0.10, 0.72)), 1.69),
        Glass("aquamarine", swallowing(vector(0.42, 0.80, 0.92)), 1.58),
        Glass("citrine", swallowing(vector(0.95, 0.58, 0.05)), 1.55),
        Glass("morganite", swallowing(vector(0.95, 0.52, 0.58)), 1.59),
        Glass("tourmaline", swallowing(vector(0.82, 0.06, 0.30)), 1.63),
        Glass("padparadscha", swallowing(vector(0.95, 0.36, 0.16)), 1.77),
        Glass("smoky quartz", swallowing(vector(0.48, 0.27, 0.12)), 1.55),
        Glass("alexandrite", swallowing(vector(0.05, 0.42, 0.44)), 1.75),
        Glass("black diamond", swallowing(vector(0.02, 0.02, 0.022)), 2.42, 0.0),
        Glass("grey diamond", swallowing(vector(0.42, 0.42, 0.44)), 2.42, 0.02),
    )
}
BEADS = {
    matter.name: matter
    for matter in (
        Matter("pearl", vector(0.88, 0.83, 0.77), 0.07, 0.09, 0.16),
        Matter("black pearl", vector(0.075, 0.085, 0.095), 0.10, 0.07, 0.5),
        Matter("onyx", vector(0.012, 0.012, 0.013), 0.05, 0.02),
        Matter("turquoise", vector(0.10, 0.52, 0.52), 0.04, 0.10),
        Matter("jade", vector(0.10, 0.40, 0.20), 0.05, 0.05),
        Matter("coral bead", vector(0.72, 0.14, 0.09), 0.04, 0.08),
        Matter("opal", vector(0.72, 0.76, 0.82), 0.05, 0.04, 0.55),
        Matter("lapis", vector(0.035, 0.07, 0.33), 0.05, 0.08),
        Matter("amber", vector(0.62, 0.25, 0.03), 0.05, 0.04),
        Matter("malachite", vector(0.03, 0.30, 0.15), 0.05, 0.05),
    )
}
OF_COLOUR = {
    "red": "ruby", "crimson": "ruby", "blue": "sapphire", "navy": "sapphire", "green": "emerald", "purple": "amethyst",
    "violet": "amethyst", "pink": "morganite", "yellow": "citrine", "orange": "padparadscha", "teal": "alexandrite",
    "black": "black diamond", "light blue": "aquamarine", "sky blue": "aquamarine", "white": "diamond",
    "peach": "morganite", "lavender": "tanzanite", "brown": "smoky quartz", "champagne": "smoky quartz",
}  # fmt: skip
