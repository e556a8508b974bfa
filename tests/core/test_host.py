"""The host is what its control group allows, not what the hardware has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

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
def test_without_a_limit_the_hardware_counts(cgroups, tmp_path, monkeypatch, limit):
    cgroups(V2, {"/": (limit, 0, 0)})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=8_000, available=3_000))
    host = look_at_host(tmp_path)
    assert (host.memory, host.memory_free) == (8_000, 3_000)


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert memory_limits(tmp_path / "none", tmp_path / "neither") == ()


def test_the_disk_of_a_cache_folder_that_is_not_there_yet_is_its_parents(tmp_path, monkeypatch):
    asked = []

    def usage(folder):
        asked.append(folder)
        return SimpleNamespace(free=12_345)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert look_at_host(tmp_path / "not" / "yet").disk_free == 12_345
    assert asked == [tmp_path]


def test_cores_are_those_that_this_process_may_use(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3} if pid == 0 else set(), raising=False)
    assert look_at_host(tmp_path).cores == 2


def test_where_a_system_knows_no_affinity_its_cores_are_counted(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert look_at_host(tmp_path).cores == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert look_at_host(tmp_path).cores == 1


def test_the_memory_of_the_app_counts_its_children():
    alone = memory_of_app()
    command = "import sys; held = bytearray(b'x') * 100_000_000; print('there', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"there\n"
        together = memory_of_app()
        child.communicate(b"")
    assert 90e6 < together - alone < 130e6


@pytest.fixture
def devices(monkeypatch):
    """Device files are those given; torch is one that knows what it is told."""

    def give(*files, available=True):
        exists = Path.exists
        monkeypatch.setattr(
            Path, "exists", lambda path: str(path) in files if str(path).startswith("/dev/") else exists(path)
        )
        cuda = SimpleNamespace(
            is_available=lambda: available,
            get_device_name=lambda at: f"GPU {at}",
            get_device_properties=lambda at: SimpleNamespace(total_memory=24_000 + at),
        )
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))

    return give


@pytest.mark.parametrize("file", ["/dev/nvidia0", "/dev/nvidiactl", "/dev/kfd"])
def test_the_first_gpu_has_a_name_and_memory(devices, tmp_path, file):
    devices(file)
    host = look_at_host(tmp_path)
    assert (host.gpu, host.gpu_memory) == ("GPU 0", 24_000)


def test_a_device_that_torch_cannot_use_is_no_gpu(devices, tmp_path):
    devices("/dev/nvidia0", available=False)
    host = look_at_host(tmp_path)
    assert (host.gpu, host.gpu_memory) == ("", 0)


def test_without_a_device_file_torch_is_not_imported(devices, tmp_path, monkeypatch):
    devices()
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it is an error
    host = look_at_host(tmp_path)
    assert (host.gpu, host.gpu_memory) == ("", 0)
