"""Where a head stands: how high the stone sits above the shank, and the foot that joins both.

A stone's own axes are kept while its head is built (x along its length, z = 0 mid-girdle); `Stand.placed` then
turns its length along the finger and lifts it onto the ring.
"""

import math
from dataclasses import dataclass

from .bands import Shank
from .gems import Gem
from .sections import crown_line, height_at
from .solids import Point, Solid, loft

CULET_CLEAR_MM = 0.12  # air between the culet and the foot below it
FOOT_RISE_MM = 0.22  # the foot's top above the shank's crest
OFF_CENTRE = 0.6  # pear and heart are centred this far towards their culet, near their centre of mass


@dataclass(frozen=True)
class Stand:
    """A stone upon a shank: `girdle_mm` from the ring's centre, `angle_deg` off the top."""

    shank: Shank
    gem: Gem
    girdle_mm: float
    angle_deg: float = 0.0

    @property
    def shift_mm(self) -> float:
        """How far the stone's middle stands along the finger, so that its mass is centred."""
        return -OFF_CENTRE * self.gem.culet_x_mm

    def placed(self, solid: Solid) -> Solid:
        """From the stone's axes to the ring's."""
        return solid.turned("z", 90.0).on_ring(self.angle_deg, self.girdle_mm, self.shift_mm)

    def surface_mm(self, x_mm: float, y_mm: float) -> float:
        """Height of the shank's outside under (x, y), all in the stone's axes."""
        along = min(abs(x_mm + self.shift_mm), 0.49 * self.shank.width_mm_at(self.angle_deg))
        half, thickness = self.shank.width_mm_at(self.angle_deg) / 2, self.shank.thickness_mm_at(self.angle_deg)
        radius = self.shank.inner_radius_mm + height_at(crown_line(self.shank.profile, half, thickness, 0.0), along)
        return math.sqrt(radius**2 - y_mm**2) - self.girdle_mm

    @property
    def foot_mm(self) -> tuple[float, float]:
        """Half the foot's length along the finger, and across it."""
        half = self.shank.width_mm_at(self.angle_deg) / 2
        across = min(1.25, max(0.75, 0.18 * self.gem.width_mm))
        narrow = 0.55 if self.shank.profile == "knife-edge" else 0.82
        return min(narrow * half, across), across

    def foot_point(self, direction_deg: float, rise_mm: float, share: float = 1.0) -> Point:
        """A point of the foot's rim, or a `share` of the way out to it, `rise_mm` above the shank's crest."""
        along, across = self.foot_mm
        turn = math.radians(direction_deg)
        x, y = share * along * math.cos(turn) - self.shift_mm, share * across * math.sin(turn)
        return (x, y, self.crest_mm + rise_mm)

    @property
    def crest_mm(self) -> float:
        """Height of the shank's crest in the stone's axes."""
        return self.surface_mm(-self.shift_mm, 0.0)

    def foot(self) -> Solid:
        """A low cone from within the shank to just under the culet, in the stone's axes."""
        deep = 0.5 * self.shank.thickness_mm_at(self.angle_deg)
        profile = ((-deep, 1.12), (0.0, 1.12), (0.5 * FOOT_RISE_MM, 0.98), (FOOT_RISE_MM, 0.8), (FOOT_RISE_MM, 0.4))
        return loft([[self.foot_point(15.0 * k, rise, share) for k in range(24)] for rise, share in profile[:-1]])


def stand_on(shank: Shank, gem: Gem, angle_deg: float = 0.0, drop_mm: float = 0.0) -> Stand:
    """The lowest stand whose culet clears the foot; `drop_mm` lowers it where the culet does not stand over it."""
    crest = shank.inner_radius_mm + shank.thickness_mm_at(angle_deg)
    girdle = crest + FOOT_RISE_MM + CULET_CLEAR_MM + gem.pavilion_mm + gem.girdle_mm / 2 - drop_mm
    return Stand(shank, gem, girdle, angle_deg)
