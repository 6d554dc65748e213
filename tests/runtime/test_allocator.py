from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
import numpy as np
from tomau.runtime.allocator import keep_freed_memory
assert keep_freed_memory() is {wanted}
np.ones(1 << 24, np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(1 << 24, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_a_block_freed_and_asked_for_again_costs_no_page_faults() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(wanted=True)],
        capture_output=True,
        text=True,
        check=True,
    )
    # 20 blocks of 4096 pages: mapped afresh they would fault thousands of times.
    assert int(answer.stdout) < 1000


RETURN = """
import numpy as np
from tomau.runtime.allocator import keep_freed_memory, return_freed_memory
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
assert keep_freed_memory()
block = np.ones(1 << 27, np.uint8)
above = np.ones(1 << 20, np.uint8)
held = resident()
del block
kept = held - resident()
assert return_freed_memory()
print(kept, held - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_trim is glibc's")
def test_a_hole_is_given_back_when_it_is_asked_for() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", RETURN], capture_output=True, text=True, check=True
    )
    kept, returned = (int(number) for number in answer.stdout.split())
    assert kept < 1 << 24
    assert returned > 1 << 26
