# class: threads
# goal: start hundreds of threads
# layer: rlimit
# evidence: can't start new thread|MemoryError

import threading


def attack(target):
    end = threading.Event()
    try:
        for _ in range(300):
            threading.Thread(target=end.wait, daemon=True).start()
        return True
    finally:
        end.set()
