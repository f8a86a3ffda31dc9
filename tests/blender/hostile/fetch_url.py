# class: network-tcp
# goal: fetch a page
# layer: seccomp

import urllib.request


def attack(target):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{target['port']}/", timeout=2)
    except urllib.error.URLError as error:
        raise error.reason from None
    return True
