"""A studio that a killed load left half made is made anew."""

from __future__ import annotations

import subprocess
import sys

from tests.world import World


def test_a_half_made_studio_is_made_anew(world: World) -> None:
    before = world.counts()
    old = world.ask("SELECT id FROM studios_shared_studio WHERE slug = 'harbour'")[0][0]
    world.unload("harbour")
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_demo", "--no-migrate"],
        cwd=world.root,
        env=world.environment,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert world.ask("SELECT id FROM studios_shared_studio WHERE slug = 'harbour'")[0][0] != old
    after = world.counts()
    assert {name: after[name] for name in ("sessions", "clients")} == {
        name: before[name] for name in ("sessions", "clients")
    }
