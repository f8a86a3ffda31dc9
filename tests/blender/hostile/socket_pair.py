# class: network-local
# goal: make a pair of sockets, over which files can be passed
# layer: seccomp

import socket


def attack(target):
    return socket.socketpair()
