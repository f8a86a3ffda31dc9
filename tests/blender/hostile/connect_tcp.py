# class: network-tcp
# goal: send a secret over TCP
# layer: seccomp

import socket


def attack(target):
    connection = socket.create_connection(("127.0.0.1", target["port"]))
    connection.sendall(b"planted")
    return True
