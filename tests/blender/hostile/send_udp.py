# class: network-datagrams
# goal: send a secret in a datagram
# layer: seccomp

import socket


def attack(target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"planted", ("127.0.0.1", target["port"]))
