"""The host is what its control group allows, not what the hardware has."""

import os

import psutil
import pytest

from assistant import hosts
from assistant.hosts import look_at_host, memory_of_app


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    def give(limit: str | None, used: str = "0"):
        for name, text in (("CGROUP_LIMITS", limit), ("CGROUP_USAGES", used)):
            file = tmp_path / name
            if text is not None:
                file.write_text(text + "\n")
            monkeypatch.setattr(hosts, name, (tmp_path / "missing", file))

    return give


def test_a_cgroup_limit_is_the_memory_of_the_host(cgroup, tmp_path):
    cgroup("1000000", "400000")
    host = look_at_host(tmp_path)
    assert (host.memory, host.memory_free) == (1_000_000, 600_000)


def test_use_beyond_the_limit_leaves_nothing_free(cgroup, tmp_path):
    cgroup("1000", "5000")
    assert look_at_host(tmp_path).memory_free == 0


@pytest.mark.parametrize("limit", ["max", None, "9223372036854771712"])
def test_without_a_limit_the_hardware_counts(cgroup, tmp_path, limit):
    cgroup(limit)
    host = look_at_host(tmp_path)
    assert host.memory == psutil.virtual_memory().total and 0 < host.memory_free <= host.memory


def test_the_disk_of_a_cache_folder_that_is_not_there_yet_is_its_parents(tmp_path):
    assert look_at_host(tmp_path / "not" / "yet").disk_free > 0


def test_cores_are_those_that_this_process_may_use(tmp_path):
    assert look_at_host(tmp_path).cores == len(os.sched_getaffinity(0))


def test_the_memory_of_the_app_counts_this_process():
    assert memory_of_app() > 10_000_000
