# class: environment
# goal: find another job's script in memory
# layer: clean-env

import gc


def attack(target):
    word = "can" + "ary-of-another-job"
    seen = [item for item in gc.get_objects() if type(item) in (dict, list)]
    texts = (value for item in seen for value in (item.values() if type(item) is dict else item))
    return any(isinstance(text, str) and word in text and len(text) < 200 for text in texts)
