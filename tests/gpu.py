"""Every notebook on a GPU, one after the other: with real data, with the cells flagged `#| gpu`, and training must really have used it.
`make test-gpu` runs it; `make test-gpu DEVICE=cpu` runs the same notebooks on the processor, with the drawn sample"""
import json

import torch

from common import *
from running import run_notebook
import rules

BEFORE = dict(os.environ)  # conftest.py hides the caches of weights and data, which are wanted here
DEVICE = BEFORE.get('DEVICE', 'cuda')
DATA = BEFORE.get('WHOLEGAME_DATA', 'real' if DEVICE == 'cuda' else 'sample')
ENV = {**BEFORE, 'WHOLEGAME_DATA': DATA, **({} if DEVICE == 'cuda' else {'CUDA_VISIBLE_DEVICES': ''})}

@pytest.fixture(scope='module')
def on():
    "In words: where the notebooks run, and with which data"
    if DEVICE not in ('cuda', 'cpu'): pytest.exit(f'DEVICE is {DEVICE!r}: make it cuda or cpu.', 1)
    if DEVICE == 'cuda' and not torch.cuda.is_available():
        pytest.exit('PyTorch finds no GPU here: run this where there is one, or make test-gpu DEVICE=cpu for the same notebooks on the processor.', 1)
    where = torch.cuda.get_device_name() if DEVICE == 'cuda' else 'the processor (no GPU was asked for, so none was tried)'
    return f'{where}, with {"the drawn sample" if DATA == "sample" else "real data"}'

@pytest.fixture(scope='module')
def kept():
    "What there is to tell of each notebook; it is kept in build/"
    told = []
    yield told
    file = ROOT/'build'/f'notebooks-{DEVICE}-{DATA}.json'
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(dict(torch=torch.__version__, notebooks=told), indent=1))

@each_notebook
def test_a_notebook_runs_and_trains_there(path, on, kept, tmp_path, record_property):
    problems, facts = run_notebook(path, copy_repo(tmp_path, without=['data']), 'gpu' if DEVICE == 'cuda' else '', ENV, on)
    record_property('notebook', facts)
    kept.append(facts)
    check(problems or (rules.trained_there(read(path), facts['trained'], DEVICE) if path in LESSONS else []), path)
