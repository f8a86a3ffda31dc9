"""What each metal and stone looks like: base colour, roughness and refractive index, as numbers only.

Metals: reflectance at normal incidence as linear RGB, near what renderers usually take for gold and silver;
alloys are shaded by eye towards copper (rose) and palladium (white). Stones: refractive indices as gemmology
states them (ordinary ray, mid-range); body colours by eye.
"""

from dataclasses import dataclass, replace

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Metal:
    """A polished alloy: linear RGB reflectance and roughness 0..1."""

    color: Rgb
    roughness: float


@dataclass(frozen=True)
class Stone:
    """A gem: linear RGB body colour, refractive index, transmission (1 clear, 0 opaque), roughness and glossy coat."""

    color: Rgb
    refractive_index: float
    transmission: float = 1.0
    roughness: float = 0.0
    coat: float = 0.0


METALS = {
    "14k yellow gold": Metal((0.92, 0.67, 0.33), 0.12),
    "18k yellow gold": Metal((1.00, 0.68, 0.25), 0.11),
    "14k rose gold": Metal((0.89, 0.54, 0.43), 0.12),
    "18k rose gold": Metal((0.93, 0.57, 0.43), 0.11),
    "14k white gold": Metal((0.83, 0.80, 0.76), 0.11),
    "18k white gold": Metal((0.85, 0.82, 0.77), 0.10),
    "platinum": Metal((0.76, 0.75, 0.73), 0.13),
    "silver": Metal((0.95, 0.93, 0.90), 0.10),
}

STONES = {
    "diamond": Stone((1.0, 1.0, 1.0), 2.417),
    "moissanite": Stone((1.0, 1.0, 0.98), 2.65),
    "sapphire": Stone((0.04, 0.12, 0.75), 1.77),
    "ruby": Stone((0.80, 0.01, 0.07), 1.77),
    "emerald": Stone((0.02, 0.52, 0.20), 1.58),
    "amethyst": Stone((0.42, 0.10, 0.72), 1.55),
    "aquamarine": Stone((0.30, 0.74, 0.90), 1.58),
    "citrine": Stone((0.96, 0.47, 0.02), 1.55),
    "garnet": Stone((0.26, 0.004, 0.012), 1.76),
    "morganite": Stone((0.98, 0.52, 0.46), 1.59),
    "opal": Stone((0.90, 0.92, 0.94), 1.45, transmission=0.25, roughness=0.08),
    "pearl": Stone((0.93, 0.84, 0.74), 1.53, transmission=0.0, roughness=0.34, coat=0.7),
    "peridot": Stone((0.48, 0.78, 0.06), 1.67),
    "tanzanite": Stone((0.20, 0.14, 0.80), 1.70),
    "topaz": Stone((0.14, 0.52, 0.92), 1.62),
    "tourmaline": Stone((0.05, 0.50, 0.34), 1.63),
    "onyx": Stone((0.006, 0.006, 0.007), 1.54, transmission=0.0, roughness=0.04),
}

COLORS: dict[str, Rgb] = {
    "white": (1.0, 1.0, 1.0),
    "colourless": (1.0, 1.0, 1.0),
    "colorless": (1.0, 1.0, 1.0),
    "pink": (0.96, 0.30, 0.48),
    "red": (0.78, 0.02, 0.04),
    "padparadscha": (0.98, 0.42, 0.28),
    "orange": (0.98, 0.36, 0.04),
    "champagne": (0.86, 0.64, 0.38),
    "cognac": (0.60, 0.27, 0.07),
    "brown": (0.35, 0.15, 0.05),
    "yellow": (0.99, 0.82, 0.12),
    "green": (0.05, 0.52, 0.16),
    "mint": (0.42, 0.90, 0.62),
    "teal": (0.02, 0.38, 0.40),
    "blue": (0.06, 0.20, 0.82),
    "light blue": (0.42, 0.74, 0.96),
    "london blue": (0.03, 0.20, 0.34),
    "purple": (0.36, 0.08, 0.62),
    "violet": (0.34, 0.16, 0.78),
    "lavender": (0.72, 0.58, 0.92),
    "peach": (0.98, 0.62, 0.44),
    "grey": (0.34, 0.35, 0.37),
    "gray": (0.34, 0.35, 0.37),
    "salt and pepper": (0.52, 0.52, 0.53),
    "black": (0.006, 0.006, 0.007),
}


def metal_look(name: str) -> Metal:
    """The look of a metal by its name; ValueError lists the names known."""
    if name not in METALS:
        raise ValueError(f"unknown metal {name!r}; known are {', '.join(METALS)}")
    return METALS[name]


def stone_look(name: str, color: str = "") -> Stone:
    """The look of a stone, in its own colour or a named one; ValueError lists the names known."""
    if name not in STONES:
        raise ValueError(f"unknown stone {name!r}; known are {', '.join(STONES)}")
    own = STONES[name]
    if not color:
        return own
    if color not in COLORS:
        raise ValueError(f"unknown stone colour {color!r}; known are {', '.join(COLORS)}")
    return replace(own, color=COLORS[color], transmission=0.0 if color == "black" else own.transmission)
