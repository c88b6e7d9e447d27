"""Reading a calendar elsewhere: a process of its own fetches the address and works out when its owner is busy.

What comes from outside is met in a child process that has no database, no settings and no secrets of ours, limits on memory
and time that the kernel keeps, and that is killed where it hangs (`asking`). It fetches (`fetching`, `addresses`), expands
what repeats (`reading`) and prints bare spans. Titles, places and people never leave it.
"""
