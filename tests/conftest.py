"Tests use the drawn sample, no caches of the person who runs them, and a fair share of the processor"
import os

import pytest

from for_kaggle import build_wheel

@pytest.fixture(autouse=True, scope='session')
def surroundings(tmp_path_factory):
    "Notebooks train in several processes at once: more threads than processors would make all of them slow"
    workers = int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1))
    threads = str(max(1, os.cpu_count() // workers))
    caches = {o: str(tmp_path_factory.mktemp(o)) for o in ('TORCH_HOME', 'FASTAI_HOME', 'HF_HOME')}
    os.environ.update(WHOLEGAME_DATA='sample', OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads, **caches)

@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    "The wheel that people install"
    return build_wheel(tmp_path_factory.mktemp('wheel'))

def pytest_terminal_summary(terminalreporter):
    "Print the numbers that the checks recorded"
    lines = [f'{k}: {v}' for o in terminalreporter.stats.get('passed', []) for k,v in o.user_properties]
    if lines: terminalreporter.section('numbers')
    for o in lines: terminalreporter.write_line(o)
