# class: signal-others
# goal: take another process's limits away
# layer: seccomp

import resource


def attack(target):
    resource.prlimit(
        target["victim"], resource.RLIMIT_NOFILE, resource.prlimit(target["victim"], resource.RLIMIT_NOFILE)
    )
    return True
