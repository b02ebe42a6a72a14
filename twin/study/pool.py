"""Work many tasks on as many processes as there are cores, and keep the answers in the tasks' order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Progress = Callable[[int, int], None]


def work_all(
    work: Callable[[Job], Answer], tasks: Sequence[Job], workers: int | None = None, progress: Progress | None = None
) -> list[Answer]:
    """Answers of `work`, a function of a module, in the order of the tasks.

    Parameters
    ----------
    workers : processes; all cores when None. progress : told (tasks done, tasks in all).
    """
    count = workers or os.cpu_count() or 1
    if count == 1 or len(tasks) < 2:
        answers = []
        for place, task in enumerate(tasks):
            answers.append(work(task))
            if progress:
                progress(place + 1, len(tasks))
        return answers
    found: dict[int, Answer] = {0: work(tasks[0])}  # compiles what the others then find compiled
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        waiting = {pool.submit(work, task): place for place, task in enumerate(tasks) if place}
        for done, future in enumerate(as_completed(waiting)):
            found[waiting[future]] = future.result()
            if progress:
                progress(done + 2, len(tasks))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [found[place] for place in range(len(tasks))]
