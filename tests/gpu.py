"""Every notebook on a GPU, with real data and the cells flagged `#| gpu`, and training must really have used it:
`make test-gpu`. With DEVICE=cpu the same notebooks run on the processor, with the drawn sample"""
import json

import torch

from common import *
from running import nbdev_test

BEFORE = dict(os.environ)  # conftest.py hides the caches of weights and data, which are wanted here
DEVICE = BEFORE.get('DEVICE', 'cuda')
DATA = BEFORE.get('WHOLEGAME_DATA', 'real' if DEVICE == 'cuda' else 'sample')
ENV = {**BEFORE, 'WHOLEGAME_DATA': DATA, **({} if DEVICE == 'cuda' else {'CUDA_VISIBLE_DEVICES': ''})}

@pytest.fixture(scope='module')
def kept():
    "What there is to tell of each notebook; it is kept in build/"
    if DEVICE == 'cuda' and not torch.cuda.is_available():
        pytest.exit('PyTorch finds no GPU here: run this where there is one, or make test-gpu DEVICE=cpu.', 1)
    told = []
    yield told
    (ROOT/'build').mkdir(exist_ok=True)
    on = torch.cuda.get_device_name() if DEVICE == 'cuda' else 'the processor'
    content = json.dumps(dict(torch=torch.__version__, on=on, notebooks=told), indent=1)
    (ROOT/'build'/f'notebooks-{DEVICE}-{DATA}.json').write_text(content)

@each(NOTEBOOKS)
def test_a_notebook_runs_and_trains_there(path, kept, tmp_path, record_property):
    problems, told = nbdev_test(path, copy_files(tmp_path), 'gpu' if DEVICE == 'cuda' else '', ENV)
    record_property('notebook', told)
    kept.append(told)
    missed = DEVICE == 'cuda' and path in LESSONS and 'cpu' in told['trained']
    check([*problems, *(['it trained without the GPU'] if missed else [])], path)
