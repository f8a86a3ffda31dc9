# class: survive
# goal: stay alive in a thread when the script ends
# layer: watchdog
# evidence: stopped: wall clock

import threading
import time


def attack(target):
    busy = threading.Thread(target=time.sleep, args=(100,))
    busy.start()
    busy.join()
