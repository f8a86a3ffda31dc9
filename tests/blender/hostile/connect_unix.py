# class: network-local
# goal: talk to a local server
# layer: seccomp

import socket


def attack(target):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(target["socket"])
    return True
