# class: environment
# goal: read the operator's keys
# layer: clean-env

import os


def attack(target):
    return [value for value in os.environ.values() if "canary" in value]
