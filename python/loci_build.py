# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The build backend of 'pip install .' (PEP 517): CMake builds the module, the rest is a zip file.
Settings: --config-settings=train=ON takes the training plugin along (needs libtorch), cmake=-D... goes to CMake,
build=FOLDER keeps the build for the next time."""
import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = (ROOT / 'VERSION').read_text().strip()
INFO = f'loci-{VERSION}.dist-info'
METADATA = f'''Metadata-Version: 2.1
Name: loci
Version: {VERSION}
Summary: Where was this photograph taken? Visual place recognition around NetVLAD
License: Apache-2.0
Requires-Python: >=3.9
Requires-Dist: numpy
'''


def tag():
    python = f'cp{sys.version_info.major}{sys.version_info.minor}'
    return f'{python}-{python}-' + sysconfig.get_platform().replace('-', '_').replace('.', '_')


def build(folder, settings):
    train = settings.get('train', 'OFF').upper() == 'ON'
    options = ['-DLOCI_BUILD_TESTS=OFF', '-DLOCI_WERROR=OFF', '-DLOCI_WITH_SERVER=OFF', '-DLOCI_WITH_PYTHON=ON',
               '-DCMAKE_BUILD_TYPE=Release', f'-DPython3_EXECUTABLE={sys.executable}']
    if settings.get('cmake'):
        options += settings['cmake'].split()
    subprocess.run(['cmake', '-G', 'Ninja', '-S', ROOT, '-B', folder, *options], check=True, stdout=sys.stderr)
    targets = ['loci_python'] + (['loci_train_plugin'] if train else [])
    subprocess.run(['cmake', '--build', folder, '--target', *targets], check=True, stdout=sys.stderr)
    files = {f'loci/{p.name}': p for p in sorted((folder / 'python/loci').iterdir()) if p.is_file()}
    if train:
        files['loci/libloci_train_plugin.so'] = folder / 'bin/libloci_train_plugin.so'
    return files


def stripped(path, folder):
    """A copy without symbols that only a debugger needs."""
    if path.suffix != '.so':
        return path
    copy = folder / path.name
    subprocess.run(['strip', '--strip-unneeded', '-o', copy, path], check=True)
    return copy


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = pathlib.Path(metadata_directory) / INFO
    folder.mkdir()
    (folder / 'METADATA').write_text(METADATA)
    return INFO


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    settings = config_settings or {}
    name = f'loci-{VERSION}-{tag()}.whl'
    record = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(settings.get('build', os.path.join(temporary, 'build')))
        files = build(folder, settings)
        with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, 'w', zipfile.ZIP_DEFLATED) as wheel:
            def add(target, data):
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()
                record.append(f'{target},sha256={digest},{len(data)}')
                wheel.writestr(target, data)
            for target, path in files.items():
                add(target, stripped(path, pathlib.Path(temporary)).read_bytes())
            add(f'{INFO}/METADATA', METADATA.encode())
            add(f'{INFO}/WHEEL', f'Wheel-Version: 1.0\nGenerator: loci\nRoot-Is-Purelib: false\nTag: {tag()}\n'.encode())
            wheel.writestr(f'{INFO}/RECORD', '\n'.join(record + [f'{INFO}/RECORD,,']) + '\n')
    return name


def build_sdist(sdist_directory, config_settings=None):
    raise SystemExit('loci is built from its repository: pip install . in a checkout')
