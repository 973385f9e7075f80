"Tests use the drawn sample, no caches of the person who runs them, and a fair share of the processor"
import time
from functools import cache

from playwright.sync_api import sync_playwright

from browser import MISSING, launch
from common import *
from for_kaggle import build_wheel
from places import PLACES, Alone
from running import did_run, kernel_times, table, told

START = time.monotonic()
LONG = 'test_a_lesson_runs', 'test_a_deck', 'test_a_helper'  # these come first, so that no worker waits at the end

def pytest_collection_modifyitems(items):
    items.sort(key=lambda o: next((i for i,name in enumerate(LONG) if o.name.startswith(name)), len(LONG)))

# What asks for the run of a lesson is done by one worker: one run is enough
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling
    class ByLesson(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            found = re.search(r'::test_a_(?:lesson_runs|deck_as).*\[(.*)\]', nodeid)
            return found[1] if found else nodeid
    return ByLesson(config, log)

@pytest.fixture(autouse=True, scope='session')
def surroundings(tmp_path_factory):
    "Notebooks train in several processes at once: more threads than processors would make all of them slow"
    threads = str(max(1, os.cpu_count() // int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1))))
    caches = {o: str(tmp_path_factory.mktemp(o)) for o in ('TORCH_HOME', 'FASTAI_HOME', 'HF_HOME')}
    os.environ.update(WHOLEGAME_DATA='sample', OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads, **caches)

@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    "The wheel that people install"
    return build_wheel(tmp_path_factory.mktemp('wheel'))

@pytest.fixture(scope='session')
def lesson(wheel, tmp_path_factory):
    "Runs a lesson alone at its place, once: returns (what went wrong, the notebook as it came out, facts of the run)"
    @cache
    def run(path):
        nb, place, shared = read(path), PLACES[path], tmp_path_factory.getbasetemp().parent
        if 'PYTEST_XDIST_WORKER' in os.environ: (shared/f'{path.stem} ran').touch(exist_ok=False) # once, that is
        wrong = list(Alone(tmp_path_factory.mktemp(path.stem), place, wheel).run(nb, path.name))
        times = kernel_times(nb)
        return wrong or list(did_run(nb, times)), nb, told(path, nb, times, place)
    return run

@pytest.fixture(scope='session')
def browser():
    "The computer's browser, cut off from the world. Where `.ci/run` prepared the machine it must be there"
    with sync_playwright() as pw:
        browser = launch(pw, '--proxy-server=127.0.0.1:9')
        end = pytest.fail if os.environ.get('NEEDS_BROWSER') else pytest.skip
        if not browser: end(f'no slide was checked. {MISSING}')
        yield browser
        browser.close()

@pytest.fixture(scope='session')
def lab(browser, tmp_path_factory):
    from test_slides import Lab
    lab = Lab(tmp_path_factory.mktemp('lab'))
    yield lab
    lab.process.terminate()
    lab.process.wait(30)

def pytest_terminal_summary(terminalreporter):
    "Print what ran, and put it on the page of the run where GitHub runs this"
    ran = [o for kind in ('passed', 'failed') for o in terminalreporter.stats.get(kind, [])]
    if not ran or 'PYTEST_XDIST_WORKER' in os.environ: return
    facts = [o for report in ran for o in report.user_properties]
    work, seconds = sum(o.duration for o in ran), time.monotonic() - START
    notebooks, others = [v for k,v in facts if k == 'notebook'], [f'{k}: {v}' for k,v in facts if k != 'notebook']
    lines = '\n'.join([f'{len(ran)} checks: {work:.0f} s of work in {seconds:.0f} s', *others, table(notebooks)])
    terminalreporter.section('did it really run?')
    terminalreporter.write_line(lines)
    if page := os.environ.get('GITHUB_STEP_SUMMARY'):
        with open(page, 'a', encoding='utf-8') as f: f.write(f'```\n{lines}\n```\n')
