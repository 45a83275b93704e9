"""`python -m tests.locks SEED [LOCK]`: what happened with a seed, in lines, and what is wrong with it; `--seeds N` looks for a bad one."""

import argparse
import sys

from tests.locks.checker import violations
from tests.locks.clients import LOCKS, story
from tests.locks.test_histories import lived


def main() -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.locks", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("lock", choices=LOCKS, nargs="?", help="its story is told")
    parser.add_argument("--seeds", type=int, default=1, help="so many, from the seed on")
    parser.add_argument("--without-fence", action="store_true")
    options = parser.parse_args()
    bad = 0
    for seed in range(options.seed, options.seed + options.seeds):
        world = lived(seed, fenced=not options.without_fence)
        found = violations(world.history)
        bad += bool(found)
        if options.lock:
            sys.stdout.write("\n".join(story(world, options.lock)) + "\n")
        sys.stdout.write(f"seed {seed}: {len(world.history)} events, {world.now:.0f} s, {len(found)} violations\n")
        sys.stdout.writelines(f"  {each}\n" for each in found[:20])
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
