# class: write-files
# goal: fill the job's own folder with files
# layer: landlock


def attack(target):
    for number in range(50):
        open(f"junk_{number}.bin", "wb").close()
    return True
