# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Progress, Ctrl-C and exceptions of callbacks in calls that take long."""
import signal
import threading
import time

import pytest

import loci


def test_progress_is_told_and_ends_at_the_total(describer, photos):
    told = []
    describer.describe_files(photos, on_progress=lambda task, done, total: told.append((task, done, total)))
    assert told[-1] == ('describing', len(photos), len(photos))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_ctrl_c_ends_a_long_call_soon(describer, photos):
    begin = time.perf_counter()
    describer.describe_files(photos)
    whole_s = (time.perf_counter() - begin) * 200

    def interrupt():
        time.sleep(0.2)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    begin = time.perf_counter()
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        describer.describe_files(photos * 200)
    thread.join()
    assert time.perf_counter() - begin < whole_s / 2


def test_an_exception_of_a_callback_stops_the_work_and_comes_out(describer, photos):
    told = []

    def on_progress(task, done, total):
        told.append(done)
        raise LookupError('enough')

    with pytest.raises(LookupError, match='enough'):
        describer.describe_files(photos * 50, on_progress=on_progress)
    assert len(told) == 1


def test_an_interrupted_update_keeps_what_it_described(tmp_path, model, town, photos):
    def on_progress(task, done, total):
        if done >= 5:
            raise LookupError('enough')

    with loci.PlaceDb.create(tmp_path / 'db', model) as db:
        with pytest.raises(LookupError):
            db.update(town / 'database', num_threads=1, on_progress=on_progress)
        kept = len(db)
        report = db.update(town / 'database')
        assert (report.unchanged, report.total) == (kept, len(photos))
        assert db.verify() == []
