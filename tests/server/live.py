# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""A collection of a sketched town and a server on it, for tests."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading


def loci(program, *words, check=0, timeout_s=250):
    result = subprocess.run([program, *map(str, words)], capture_output=True, text=True, errors='replace', timeout=timeout_s)
    assert check is None or result.returncode == check, f'{words}: exit {result.returncode}\n{result.stdout}\n{result.stderr}'
    return result


class Town:
    """Photos of a few places, indexed with RootSIFT + VLAD."""
    def __init__(self, program, places=8, times=3, size=(200, 150)):
        self.program = program
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.db = self.root / 'db'
        loci(program, 'simulate', self.root / 'town', '--sketch', '--places', places, '--times', times, '--seed', 5,
             '--width', size[0], '--height', size[1])
        loci(program, 'index', self.root / 'town/database', '--db', self.db, '--model', 'rootsift-vlad', '--num-clusters', 8)

    def photos(self, part='database'):
        return sorted((self.root / 'town' / part).iterdir())

    def close(self):
        self.folder.cleanup()


class Answer:
    def __init__(self, response, body):
        self.status, self.body = response.status, body
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    def json(self):
        return json.loads(self.body)


class LiveServer:
    def __init__(self, program, db, *options, env=None):
        self.process = subprocess.Popen(
            [program, 'serve', '--db', str(db), '--port', '0', '--json', *map(str, options)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError('the server did not start: ' + self.process.communicate()[1])
        self.port = json.loads(line)['port']
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def ask(self, method, target, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault('Content-Type', 'application/octet-stream')
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, target, **more):
        return self.ask('GET', target, **more)

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), timeout=60)

    def raw(self, data, half_close=False):
        """Sends bytes as they are; returns all that comes back until the server closes."""
        with self.connect() as connection:
            received = b''
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(65536):
                    received += chunk
            except OSError:  # the server had enough
                pass
        return received

    def resident_kib(self):
        for line in pathlib.Path(f'/proc/{self.process.pid}/status').read_text().splitlines():
            if line.startswith('VmRSS:'):
                return int(line.split()[1])
        return 0

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
        return code
