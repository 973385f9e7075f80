"""Kaggle and Colab as a notebook sees them: their environment, `google.colab`, a network or none, an attached data set,
and a pip that writes down what it is asked and installs the wheel, so that what runs is never the checkout"""
import json
from dataclasses import dataclass, field

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.v4 import new_code_cell

from common import *
from first_cells import find
import rules

_colab = dict(COLAB_RELEASE_TAG='release-colab-external_20260812-060047_RC00', COLAB_BACKEND_VERSION='next')
_kaggle = dict(KAGGLE_KERNEL_RUN_TYPE='Interactive', KAGGLE_URL_BASE='https://www.kaggle.com', **_colab)  # its image is built on Colab's

@dataclass
class Place:
    "What a notebook finds: environment variables, whether GitHub answers, and whether the data set with the wheel is attached"
    name: str
    env: dict = field(default_factory=dict)
    online: bool = True
    dataset: bool = False

    @property
    def installs(self): return 'COLAB_RELEASE_TAG' in self.env

SAMPLE = dict(WHOLEGAME_DATA='sample')
COLAB, KAGGLE = Place('Colab', {**_colab, **SAMPLE}), Place('Kaggle', {**_kaggle, **SAMPLE})
KAGGLE_OFF = Place('Kaggle', _kaggle, online=False, dataset=True)  # nobody sets WHOLEGAME_DATA there: it must find its way alone
HERE = Place('this computer', SAMPLE)

# A network that is not there, a data set folder that is elsewhere: what the notebook's own Python is told as it starts.
STARTUP = '''
import glob, socket
def _nobody(self, address, connect=socket.socket.connect):
    if isinstance(address, tuple) and address[0] not in ('127.0.0.1', '::1', 'localhost'): raise OSError(f'no network: {{address}}')
    return connect(self, address)
if {offline}: socket.socket.connect = _nobody
glob.glob = lambda pattern, glob=glob.glob, **kwargs: glob(pattern.replace('/kaggle/input', {inputs!r}), **kwargs)
'''

PIP = '''#!{python}
import json, subprocess, sys
with open({log!r}, 'a') as f: f.write(json.dumps(sys.argv[1:]) + '\\n')
real = [{wheel!r} if 'git+' in o else o for o in sys.argv[1:]]
here = ['install', '-qqq', '--no-index', '--no-deps', '--no-compile', '--target', {target!r}, real[-1]]
sys.exit(subprocess.run([sys.executable, '-m', 'pip', *(here if {target!r} else real)]).returncode)
'''

class Alone:
    "An empty folder with one notebook in it, at some place. What the set-up cell installs is `wheel`; it goes into a folder, or into the environment of `python`"
    def __init__(self, folder, place, wheel, python=sys.executable, offline=True):
        self.folder, self.place, self.wheel, self.python = folder, place, Path(wheel), python
        self.own = python == sys.executable
        self.work, self.installed, self.log = (folder/o for o in ('working', 'installed', 'pip.log'))
        for o in (self.work, self.installed): o.mkdir()
        self.stand_in('bin/git', f'#!/bin/sh\nexit {0 if place.online else 128}\n')
        self.stand_in('bin/pip', PIP.format(python=python, log=str(self.log), wheel=str(wheel), target=str(self.installed) if self.own else ''))
        self.stand_in('ipython/profile_default/startup/place.py', STARTUP.format(offline=offline, inputs=str(folder/'input')))
        if place.installs: self.stand_in('modules/google/colab/__init__.py', '')
        if place.dataset: self.stand_in(f'input/datasets/somebody/wholegame/{self.wheel.name}', '').write_bytes(self.wheel.read_bytes())
        self.stand_in('kernels/alone/kernel.json', json.dumps(dict(argv=[str(python), '-m', 'ipykernel_launcher', '-f', '{connection_file}'], display_name='', language='python')))

    def stand_in(self, name, text):
        "Put something in the place of what the platform has"
        path = self.folder/name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def env(self):
        "The environment of the notebook: this one's, without what would give another place away"
        env = {k: v for k,v in os.environ.items() if k != 'WHOLEGAME_DATA' and not k.startswith(('KAGGLE_', 'COLAB_'))}
        modules = [str(self.folder/'modules'), *([str(self.installed)] if self.own else [])]
        return {**env, **self.place.env, 'PATH': f"{self.folder/'bin'}{os.pathsep}{env['PATH']}", 'PYTHONPATH': os.pathsep.join(modules),
                'IPYTHONDIR': str(self.folder/'ipython')}

    def run(self, nb, name='lesson.ipynb'):
        "Run all cells in a real kernel; yields what stopped it, and what is not as it should be at this place"
        if not self.place.installs: self.install()
        nbformat.write(nb, self.work/name)
        nb.cells.append(new_code_cell('import wholegame, wholegame_data\nprint(wholegame.__file__, wholegame_data.__file__)'))
        manager = AsyncKernelManager(kernel_name='alone', kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(self.folder/'kernels')]))
        client = NotebookClient(nb, km=manager, timeout=600, resources={'metadata': {'path': str(self.work)}})
        try: client.execute(env=self.env(), cleanup_kc=True) # or the kernel would live as long as the check, for it is our own manager that started it
        except (CellExecutionError, CellTimeoutError) as e:
            started = [i for i,c in rules.cells(nb, 'code') if c.execution_count]
            yield f'cell {max(started, default=1)} fails in a real kernel: {e}'
            return
        finally: origin = nb.cells.pop()
        yield from self.problems(nb, origin.outputs[0].text.split())

    def problems(self, nb, origin):
        "What the set-up cell did wrong, and whether anything but the wheel was used"
        root = self.installed if self.own else Path(self.python).parent.parent
        yield from (f'{o} was imported, which is not what the wheel installed' for o in origin if not Path(o).is_relative_to(root))
        if self.place.installs: yield from pip_problems(self.calls(), self.place.online)
        elif self.calls(): yield f'pip is called on a computer of somebody\'s own: {self.calls()}'
        yield from shown_problems(nb.cells[find(nb, 'code', 'pip install')].outputs, self.place)

    def install(self):
        "What people do on their own computer before they open a notebook"
        subprocess.run([self.folder/'bin'/'pip', 'install', self.wheel], check=True)
        self.log.unlink()

    def calls(self): return [json.loads(o) for o in self.log.read_text().splitlines()] if self.log.exists() else []

def pip_problems(calls, online=True):
    "What pip must not be asked by a set-up cell"
    name, url = settings()['lib_name'], f'git+https://github.com/{settings()["repository"]}'
    if len(calls) != 1: yield f'pip is called {len(calls)} times, not once'
    for call in calls:
        if not {'-qqq', '--no-warn-conflicts'} <= set(call): yield f'pip is not quiet: {call}'
        if any(re.match(rf'{name}(?! @)', o) for o in call): yield f'pip is asked for {name} by its bare name, under which anybody may publish: {call}'
        if online and f'{name} @ {url}' not in call: yield f'pip does not install from {url}: {call}'
        if online and not {'-U', 'fastai'} <= set(call): yield f'fastai is not upgraded in the same call: {call}'
        if not online and not ({'--no-index', '--no-deps'} <= set(call) and call[-1].endswith('.whl')): yield f'without internet, pip does not install the wheel of the data set: {call}'

def shown_problems(outputs, place):
    "The set-up cell shows one line, and on Kaggle without internet a second one that names the switch"
    text = ''.join(o.get('text', '') for o in outputs)
    if any(o.output_type != 'stream' or o.name != 'stdout' for o in outputs): yield f'the set-up cell shows more than a line: {outputs}'
    lines = text.splitlines()
    wanted = [f'Running on {place.name} · GPU: ', *([] if place.online else ['switch Internet on'])]
    if len(lines) != len(wanted) or not all(a in b for a,b in zip(wanted, lines)): yield f'the set-up cell says {text!r}, where {wanted} was expected'
