# class: log-flood
# goal: print without end
# layer: watchdog
# evidence: stopped: log size


def attack(target):
    while True:
        print("planted " * 1000)
