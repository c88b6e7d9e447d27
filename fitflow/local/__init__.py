"""The project's own servers and tools behind `make`: nothing here needs more than Python itself.

Everything is kept under `.local/`; no system service is started, and nothing outside is changed except for
packages of the operating system that are missing (see `packages`).
"""
