"""What can be worn, and by whom."""

from typing import Literal

JewelryType = Literal["necklace", "bracelet", "earring", "ring", "watch", "other"]
Gender = Literal["female", "male", "neutral"]
