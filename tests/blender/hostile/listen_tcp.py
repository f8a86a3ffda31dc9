# class: network-tcp
# goal: wait for orders
# layer: seccomp

import socket


def attack(target):
    return socket.create_server(("127.0.0.1", 0)).getsockname()[1]
