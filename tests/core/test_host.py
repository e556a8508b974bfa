"""The host is what its control group allows, not what the hardware has."""

import os

import psutil
import pytest

from assistant.core import host as hosts
from assistant.core.cgroup import memory_limits
from assistant.core.host import look_at_host, memory_of_app

V1, V2 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"), ("memory.max", "memory.current", "")


@pytest.fixture
def cgroups(tmp_path, monkeypatch):
    """Groups as the kernel shows them: `give(version, {path: (limit, used, cached)}, path of this process)`."""

    def give(version, groups, own="/"):
        limit_file, usage_file, prefix = version
        root = tmp_path / "cgroup"
        top = root / "memory" if version is V1 else root
        for path, (limit, used, cached) in groups.items():
            folder = top / path.lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / limit_file).write_text(f"{limit}\n")
            (folder / usage_file).write_text(f"{used}\n")
            (folder / "memory.stat").write_text(f"{prefix}inactive_file {cached}\n{prefix}active_file 0\nodd line\n")
        membership = tmp_path / "self"
        membership.write_text(f"1:cpu:/x\n2:memory:{own}\n" if version is V1 else f"0::{own}\n")
        monkeypatch.setattr(hosts, "memory_limits", lambda: memory_limits(root, membership))

    return give


@pytest.mark.parametrize("version", [V1, V2], ids=["v1", "v2"])
def test_a_cgroup_limit_is_the_memory_of_the_host_and_cached_files_count_as_free(cgroups, tmp_path, version):
    cgroups(version, {"/": (1_000_000, 400_000, 100_000)})
    host = look_at_host(tmp_path)
    assert (host.memory, host.memory_free) == (1_000_000, 700_000)


@pytest.mark.parametrize("version", [V1, V2], ids=["v1", "v2"])
def test_the_tightest_group_above_this_process_counts(cgroups, tmp_path, version):
    groups = {"/": (10**6, 999_000, 0), "/a": (10**5, 10, 0), "/a/b": (10**7, 10, 0), "/other": (1, 1, 0)}
    cgroups(version, groups, "/a/b")
    host = look_at_host(tmp_path)
    assert (host.memory, host.memory_free) == (100_000, 1_000)


@pytest.mark.parametrize("version", [V1, V2], ids=["v1", "v2"])
def test_a_group_that_is_mounted_as_the_root_is_found(cgroups, tmp_path, version):
    cgroups(version, {"/": (10**6, 0, 0)}, "/docker/0123")
    assert look_at_host(tmp_path).memory == 10**6


def test_use_beyond_the_limit_leaves_nothing_free(cgroups, tmp_path):
    cgroups(V2, {"/": (1000, 5000, 0)})
    assert look_at_host(tmp_path).memory_free == 0


@pytest.mark.parametrize("limit", ["max", "9223372036854771712"])
def test_without_a_limit_the_hardware_counts(cgroups, tmp_path, limit):
    cgroups(V2, {"/": (limit, 0, 0)})
    host = look_at_host(tmp_path)
    assert host.memory == psutil.virtual_memory().total and 0 < host.memory_free <= host.memory


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert memory_limits(tmp_path / "none", tmp_path / "neither") == ()


def test_the_disk_of_a_cache_folder_that_is_not_there_yet_is_its_parents(tmp_path):
    assert look_at_host(tmp_path / "not" / "yet").disk_free > 0


def test_cores_are_those_that_this_process_may_use(tmp_path):
    assert look_at_host(tmp_path).cores == len(os.sched_getaffinity(0))


def test_the_memory_of_the_app_counts_this_process():
    assert memory_of_app() > 10_000_000
