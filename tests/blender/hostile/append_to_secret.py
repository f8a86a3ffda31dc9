# class: write-files
# goal: change a file of the user
# layer: landlock


def attack(target):
    with open(target["secret"], "a") as file:
        return file.write("planted")
