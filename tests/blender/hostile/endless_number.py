# class: time
# goal: compute one number without end
# layer: watchdog
# evidence: stopped: wall clock


def attack(target):
    return 7 ** (10**10)
