import ring_kit as kit


def build():
    gold = kit.metal("18k yellow gold")
    kit.shank(17.3, width_mm=2.2, thickness_mm=1.8, metal=gold)
