"""Kaggle and Colab as a lesson sees them: their environment, `google.colab`, a network or none, an attached data set,
and a pip that writes down what it is asked and installs the wheel, so that what runs is never the checkout"""
import json, zipfile
from dataclasses import dataclass
from importlib.metadata import distribution
from itertools import cycle

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.v4 import new_code_cell

from common import *
from first_cells import KAGGLE_LACKS, find
from running import exercises, practice

@dataclass
class Place:
    "What a notebook finds: environment variables, whether GitHub answers, and whether our data set is attached"
    name: str
    env: dict
    online: bool = True
    dataset: bool = False

    @property
    def installs(self): return 'COLAB_RELEASE_TAG' in self.env

    def __str__(self): return f'{self.name} {"on" if self.online else "off"}line'

_sample, _colab = dict(WHOLEGAME_DATA='sample'), dict(COLAB_RELEASE_TAG='release-colab-external_20260812-060047_RC00')
_kaggle = dict(KAGGLE_KERNEL_RUN_TYPE='Interactive', **_colab)  # its image is built on Colab's
HERE, COLAB, KAGGLE = Place('this computer', _sample), Place('Colab', _colab|_sample), Place('Kaggle', _kaggle|_sample)
KAGGLE_OFF = Place('Kaggle', _kaggle, False, True)  # nobody sets WHOLEGAME_DATA there: it must find its way alone

# One run of a lesson proves several things; the places take turns, and `make platforms` runs all lessons at all of them
PLACES = dict(zip(LESSONS, cycle([KAGGLE_OFF, COLAB, KAGGLE])))

# What the notebook's own Python is told as it starts: no network, another folder for data sets,
# and what Kaggle's image lacks is not found, unless it was installed from the data set.
STARTUP = '''
import glob, socket, sys
from importlib.machinery import PathFinder

def _nobody(self, address, connect=socket.socket.connect):
    if isinstance(address, tuple) and address[0] not in ('127.0.0.1', '::1', 'localhost'): raise OSError('no network')
    return connect(self, address)

class _Lacks(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return super().find_spec(name, [{installed!r}] if name in {lacks!r} else path, target)

if {offline}: socket.socket.connect = _nobody
sys.meta_path[:] = [_Lacks if o is PathFinder else o for o in sys.meta_path]
glob.glob = lambda pattern, glob=glob.glob, **kw: glob(pattern.replace('/kaggle/input', {inputs!r}), **kw)
'''

# A pip that knows one address on the web, and what is behind it: the wheel. It installs into `target`, if that is named
PIP = '''#!{python}
import subprocess, sys
args = [{wheel!r} if o == {release!r} else o for o in sys.argv[1:]]
if '--no-index' in args: args.append('--ignore-installed')  # this computer's, which Kaggle does not have
if {target!r}:
    if {wheel!r} in args: args = ['install', '-qq', '--no-index', '--no-deps', {wheel!r}]
    args += ['--no-compile', '--target', {target!r}]
sys.exit(subprocess.run([sys.executable, '-m', 'pip', *args]).returncode)
'''

def repack(name, dest):
    "Write an installed package to the folder `dest`, as the wheel that it came from"
    dist = distribution(name)
    tag = re.search(r'^Tag: (.+)$', dist.read_text('WHEEL'), re.M)[1]
    with zipfile.ZipFile(dest/f'{name}-{dist.version}-{tag}.whl', 'w') as f:
        for o in dist.files:
            if '..' not in o.parts and o.suffix != '.pyc': f.write(o.locate(), o)

class Alone:
    """An empty folder with one notebook in it, at some place. What the set-up cell installs is `wheel`;
    it goes into a folder, or into the environment of `python`"""
    def __init__(self, folder, place, wheel, python=sys.executable, offline=True):
        self.folder, self.place, self.wheel, self.work = folder, place, Path(wheel), folder/'working'
        for o in self.work, folder/'installed': o.mkdir()
        target = str(folder/'installed') if python == sys.executable else ''
        self.target = Path(target or next(Path(python).parent.parent.glob('[Ll]ib/**/site-packages')))
        lacks = [] if place.online else [*KAGGLE_LACKS, 'ddgs']  # ddgs asks the web, so offline nobody needs it
        release = '{lib_name} @ git+https://github.com/{repository}@v{version}'.format(**facts())
        pip = PIP.format(python=python, wheel=str(wheel), release=release, target=target)
        self.stand_in('bin/pip', pip)
        self.stand_in('bin/git', f'#!/bin/sh\nexit {0 if place.online else 128}\n')
        self.stand_in('ipython/profile_default/startup/place.py', STARTUP.format(
            offline=offline, lacks=lacks, installed=str(self.target), inputs=str(folder/'input')))
        if place.installs: self.stand_in('modules/google/colab/__init__.py', '')
        else: subprocess.run([folder/'bin'/'pip', 'install', wheel], check=True)  # as people do on their own computer
        if place.dataset: self.attach(folder/'input'/'datasets')
        argv = [str(python), '-m', 'ipykernel_launcher', '-f', '{connection_file}']
        self.stand_in('kernels/alone/kernel.json', json.dumps(dict(argv=argv, display_name='', language='python')))
        env = {k: v for k,v in os.environ.items() if k != 'WHOLEGAME_DATA' and not k.startswith(('KAGGLE_', 'COLAB_'))}
        self.env = {**env, **place.env, 'PATH': f"{folder/'bin'}{os.pathsep}{env['PATH']}",
                    'PYTHONPATH': f"{folder/'modules'}{os.pathsep}{target}", 'IPYTHONDIR': str(folder/'ipython')}

    def stand_in(self, name, text):
        "Put something in the place of what the platform has"
        (self.folder/name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder/name).write_text(text)
        (self.folder/name).chmod(0o755)

    def attach(self, folder):
        "Our data set, in which an older wheel was left, and a stranger's of the same name, with a newer one"
        name, version, end = self.wheel.name.split('-', 2)
        ours = folder/facts()['kaggle_owner']/name
        for o in ours/f'{name}-{version}rc9-{end}', folder/'mallory'/name/f'{name}-99-{end}':
            o.parent.mkdir(parents=True)
            o.touch()
        shutil.copy(self.wheel, ours)
        for o in KAGGLE_LACKS: repack(o, ours)

    def run(self, nb, name='lesson.ipynb'):
        "Run all cells in a real kernel; yields what stopped it, and what is not as it should be at this place"
        nbformat.write(nb, self.work/name)
        lesson, last = nb.cells, 'import wholegame\nprint(wholegame.__file__)'
        solved = [source for *_,c,solution in exercises(nb) for source in (solution, c.source)]
        nb.cells = lesson + [new_code_cell(o) for o in (*solved, last)]
        kernels = KernelSpecManager(kernel_dirs=[str(self.folder/'kernels')])
        manager = AsyncKernelManager(kernel_name='alone', kernel_spec_manager=kernels)
        client = NotebookClient(nb, km=manager, timeout=600, resources={'metadata': {'path': str(self.work)}})
        try: client.execute(env=self.env, cleanup_kc=True)  # or the kernel would outlive this: its manager is ours
        except (CellExecutionError, CellTimeoutError) as e:
            started = [i for i,c in cells(nb, 'code') if c.execution_count]
            yield f'cell {max(started, default=1)} fails in a real kernel: {e}'
            return
        finally: ran, nb.cells = nb.cells, lesson
        yield from practice(nb, ran)
        used, outputs = ran[-1].outputs[0].text.strip(), nb.cells[find(nb, 'code', 'pip install')].outputs
        if not Path(used).is_relative_to(self.target): yield f'{used} was imported, not the wheel'
        wanted = [f'Running on {self.place.name} · GPU: ', *([] if self.place.online else ['switch Internet on'])]
        lines = ''.join(o.get('text', '') for o in outputs if o.get('name') == 'stdout').splitlines()
        if len(outputs) != 1 or len(lines) != len(wanted) or not all(a in b for a,b in zip(wanted, lines)):
            yield f'the set-up cell shows {outputs}, where {wanted} was expected'
