# class: network-kernel
# goal: listen to the kernel's network events
# layer: seccomp

import socket


def attack(target):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
