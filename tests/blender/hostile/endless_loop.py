# class: time
# goal: compute without end
# layer: watchdog
# evidence: stopped: wall clock


def attack(target):
    while True:
        pass
