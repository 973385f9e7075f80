"Tests use the drawn sample, no caches of the person who runs them, and a fair share of the processor"
import os, time

import pytest

import decks
from for_kaggle import build_wheel
from running import slowest_cells, table

START = time.monotonic()

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

@pytest.fixture(scope='session')
def parts():
    "What a deck as a file takes from reveal.js"
    return decks.reveal()

def pytest_collection_modifyitems(items):
    "What runs whole notebooks, or a browser, comes first: at the end only short checks are left, and no worker waits for another"
    items.sort(key=lambda o: not any(o.path.name == f'test_{long}.py' for long in ('notebooks', 'slides')))

def summary(ran, seconds):
    "Lines of Markdown: how many checks ran, how many at a time, what became of each notebook, and the numbers that the checks recorded"
    told = [o for report in ran for o in report.user_properties]
    notebooks = [v for k,v in told if k == 'notebook']
    workers = len({report.node.gateway.id for report in ran if hasattr(report, 'node')}) or 1
    return [f'{len(ran)} checks, {workers} at a time: {sum(o.duration for o in ran):.0f} s of work in {seconds:.0f} s', '',
            *([*table(notebooks), '', *slowest_cells(notebooks), ''] if notebooks else []), *(f'- {k}: {v}' for k,v in told if k != 'notebook')]

def pytest_terminal_summary(terminalreporter):
    "Print the summary, and put it on the page of the run where GitHub runs this"
    ran = [o for kind in ('passed', 'failed') for o in terminalreporter.stats.get(kind, [])]
    if not ran or 'PYTEST_XDIST_WORKER' in os.environ: return
    lines, page = summary(ran, time.monotonic() - START), os.environ.get('GITHUB_STEP_SUMMARY')
    terminalreporter.section('did it really run?')
    for o in lines: terminalreporter.write_line(o)
    if page:
        with open(page, 'a', encoding='utf-8') as f: f.write('\n'.join([*lines, '', '']))
