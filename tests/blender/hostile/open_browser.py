# class: start-processes
# goal: have Blender open a page in the browser
# layer: seccomp

import webbrowser


def attack(target):
    webbrowser.register("planted", None, webbrowser.BackgroundBrowser(["/bin/sleep", "%s"]), preferred=True)
    if not webbrowser.get("planted").open("1"):
        raise PermissionError(1, "no browser was started")
    return True
