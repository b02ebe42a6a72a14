"""A Dask cluster gives the same bits as this machine, and workers that differ are refused."""

from __future__ import annotations

import sys

import pytest

from tests.study.fans import MEASURES, fans
from twin.study import cluster as clusters
from twin.study.cluster import refusal
from twin.study.compare import compare
from twin.study.crew import StudyError
from twin.study.engine import Means
from twin.study.manifest import identity


@pytest.fixture
def site(tmp_path):
    return fans(tmp_path, measures=MEASURES)


def test_a_worker_that_differs_is_told_apart():
    assert refusal(dict(identity())) == ""
    assert refusal({**identity(), "numpy": "1.0"}).startswith("numpy 1.0 instead of ")
    assert refusal(ModuleNotFoundError("No module named 'twin'")) == "it cannot run the twin (No module named 'twin')"


def test_the_missing_extra_is_told(site, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StudyError, match=r"pip install 'campus-twin\[dask\]'"):
        compare(site, samples=2, means=Means(dask="127.0.0.1:1"))


def test_a_scheduler_that_does_not_answer_is_told(site, monkeypatch):
    monkeypatch.setattr(clusters, "ANSWER", 1.0)
    with pytest.raises(StudyError, match="no Dask scheduler answers there; start one with `dask scheduler`"):
        compare(site, samples=2, means=Means(dask="127.0.0.1:1"))


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_bits_and_refuses_workers_that_differ(site, monkeypatch, tmp_path):
    import distributed

    own = compare(site, samples=10, means=Means(1))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        address, told = made.scheduler_address, []
        assert compare(site, samples=10, means=Means(dask=address)) == own
        other = {**identity(), "numpy": "1.0"}
        monkeypatch.setattr(clusters, "refusal", lambda its: clusters.differences(other, its)[0])
        with pytest.raises(StudyError, match="all its workers are refused"):
            compare(site, samples=10, means=Means(dask=address, tell=told.append))
        assert len(told) == 2
        assert "--mixed takes it" in told[0]
        assert compare(site, samples=10, means=Means(dask=address, mixed=True, tell=told.append)) == own
        assert "taken, though it differs" in told[-1]
