#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Trains a tiny network in one, two and four processes, kills and stops one of them, and resumes.
Usage: cluster_test.py LOCI"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from start_model import write_start_model

LOCI = sys.argv.pop(1)
TRAINING = pathlib.Path(LOCI).with_name('libloci_train_plugin.so').exists()
RANK_VARIABLES = ('RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT', 'LOCAL_RANK', 'LOCAL_WORLD_SIZE')
WAIT_S = 100


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def clean_environment(**variables):
    environment = {k: v for k, v in os.environ.items() if k not in RANK_VARIABLES}
    return environment | {'OMP_NUM_THREADS': '1'} | {k: str(v) for k, v in variables.items() if v is not None}


def tensors_of(path):
    """Every float32 tensor of a safetensors file by name."""
    content = pathlib.Path(path).read_bytes()
    size = struct.unpack('<Q', content[:8])[0]
    header, data = json.loads(content[8:8 + size]), content[8 + size:]
    tensors = {}
    for name, entry in header.items():
        if name != '__metadata__' and entry['dtype'] == 'F32':
            first, last = entry['data_offsets']
            tensors[name] = struct.unpack(f'<{(last - first) // 4}f', data[first:last])
    return tensors


@unittest.skipUnless(TRAINING, 'this build has no training plugin')
class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        subprocess.run([LOCI, 'simulate', cls.root / 'town', '--sketch', '--places', '12', '--times', '4', '--seed', '5', '--width',
                        '128', '--height', '96'], check=True, capture_output=True)
        write_start_model(cls.root / 'start.safetensors')

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def start(cls, rank, size, port, out, *more):
        words = ['train', cls.root / 'town', '--model', cls.root / 'start.safetensors', '-o', cls.root / out, '--epochs', 2,
                 '--train-from', 'all', '--learning-rate', '0.05', '--batch-tuples', 4, '--threads', 1, '--calibrate', 0, '--json',
                 *more]
        place = {} if size == 1 else {'RANK': rank, 'WORLD_SIZE': size, 'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': port}
        return subprocess.Popen([LOCI, *map(str, words)], env=clean_environment(**place), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors='replace')

    def end(self, process, code=0):
        out, err = process.communicate(timeout=WAIT_S)
        self.assertEqual(process.returncode, code, f'{out}\n{err}')
        return out, err

    def run_ranks(self, size, out, *more):
        port = free_port()
        processes = [self.start(rank, size, port, out, *more) for rank in range(size)]
        said = [self.end(process) for process in processes]
        self.assertEqual([out for out, _ in said[1:]], [''] * (size - 1), 'rank 0 alone prints results')
        return [json.loads(line) for line in said[0][0].splitlines()]

    def interrupt_second(self, out, number, *more):
        """Starts two processes and sends the second a signal once there is a checkpoint of the first epoch."""
        port = free_port()
        first, second = (self.start(rank, 2, port, out, '--checkpoint-steps', 1, *more) for rank in range(2))
        folder = self.root / f'{out}.run'
        for _ in range(WAIT_S * 50):
            if (folder / 'last.safetensors').exists() and (folder / 'descriptors_1.rank_1.f16').exists():
                break
            time.sleep(0.02)
        os.kill(second.pid, number)
        return first, second

    def test_processes_learn_what_one_learns_and_a_killed_run_goes_on(self):
        alone = self.run_ranks(1, 'one.safetensors')
        expected = tensors_of(self.root / 'one.safetensors')
        runs = {}
        for size in (2, 4):
            runs[size] = self.run_ranks(size, f'{size}.safetensors')
            self.assertEqual([line.get('recall') for line in runs[size]], [line.get('recall') for line in alone])
            found = tensors_of(self.root / f'{size}.safetensors')
            self.assertEqual(found.keys(), expected.keys())
            for name, values in found.items():
                peak = max(map(abs, expected[name]))
                apart = max(abs(a - b) for a, b in zip(values, expected[name]))
                self.assertLess(apart, 1e-5 * peak, f'{name} of {size} processes')
        first, second = self.interrupt_second('cut.safetensors', signal.SIGKILL)
        began = time.monotonic()
        _, said = self.end(first, 1)
        self.assertLess(time.monotonic() - began, 30)
        self.assertIn('rank 0: the connection to another process was lost', said)
        second.communicate()
        self.assertFalse((self.root / 'cut.safetensors').exists())
        resumed = self.run_ranks(2, 'cut.safetensors', '--checkpoint-steps', 1, '--resume')
        self.assertEqual(resumed[-1]['fingerprint'], runs[2][-1]['fingerprint'])

    def test_a_process_that_falls_silent_ends_the_others_at_the_timeout(self):
        first, second = self.interrupt_second('silent.safetensors', signal.SIGSTOP, '--timeout-s', 4)
        began = time.monotonic()
        try:
            _, said = self.end(first, 1)
        finally:
            second.kill()
            second.communicate()
        self.assertLess(time.monotonic() - began, 30)
        self.assertIn('did not answer within 4 s (timeout_s)', said)

    def test_sigterm_to_one_stops_all_with_a_checkpoint(self):
        first, second = self.interrupt_second('term.safetensors', signal.SIGTERM)
        for process in (first, second):
            _, said = self.end(process, 1)
            self.assertIn('--resume goes on', said)

    def test_processes_that_are_not_started_alike_are_refused(self):
        port = free_port()
        first = self.start(0, 2, port, 'unlike.safetensors')
        second = self.start(1, 2, port, 'unlike.safetensors', '--seed', 9)
        _, said = self.end(first, 2)
        self.assertIn('rank 0: rank 1 ended: this process was not started as rank 0 was: seed is 1 in rank 0, 9 here', said)
        _, said = self.end(second, 2)
        self.assertIn('rank 1: this process was not started as rank 0 was', said)

    def test_a_wrong_environment_is_refused_before_any_work(self):
        whole = {'RANK': 1, 'WORLD_SIZE': 2, 'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': 29511}
        for change, expected in (({'RANK': 2}, 'RANK is 2 with WORLD_SIZE 2'), ({'MASTER_ADDR': None}, 'MASTER_ADDR is not set'),
                                 ({'RANK': None}, 'RANK is not'), ({'MASTER_PORT': 'http'}, "MASTER_PORT is 'http'")):
            run = subprocess.run([LOCI, 'train', self.root / 'town', '--model', self.root / 'start.safetensors', '-o',
                                  self.root / 'wrong.safetensors'], env=clean_environment(**(whole | change)), capture_output=True,
                                 text=True)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(expected, run.stderr)
            self.assertFalse((self.root / 'wrong.safetensors.run').exists())


if __name__ == '__main__':
    unittest.main()
