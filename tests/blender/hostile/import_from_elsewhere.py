# class: load-code
# goal: import a module from a folder of the user
# layer: landlock

import importlib.util


def attack(target):
    spec = importlib.util.spec_from_file_location("program", target["program"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RAN
