"Kaggle, Colab and Codespaces: the first cells, what they ask of pip, and what is sent to Kaggle. Whole lessons run there in test_notebooks.py"
import json
from contextlib import nullcontext, redirect_stdout
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from types import SimpleNamespace
from unittest.mock import MagicMock, patch

from nbformat.v4 import new_code_cell, new_notebook, new_output
from requests import HTTPError

from common import *
from first_cells import SETUP, facts, put_first_cells, readdressed
from places import COLAB, HERE, KAGGLE, KAGGLE_OFF, Alone, Place, pip_problems, shown_problems
import for_kaggle, nightly

# The first cells

@each_lesson
def test_a_lesson_begins_with_its_badges_and_the_set_up_cell(path):
    nb = read(path)
    wanted = deepcopy(nb)
    put_first_cells(wanted, path)
    check([f'cell {i}: its first cells are not as tools/first_cells.py makes them' for i,(a,b) in enumerate(zip(nb.cells, wanted.cells), 1) if a != b][:1], path, 'run make cells')

def test_a_fork_changes_one_line():
    with patch('first_cells.facts', lambda: {**facts(), 'repository': 'ann/bee'}):
        nb = read(LESSONS[0])
        put_first_cells(nb, LESSONS[0])
        pages = [readdressed((ROOT/'README.md').read_text(encoding='utf-8')), *(c.source for c in nb.cells)]
    assert not [o for o in pages if facts()['repository'] in o]
    assert [o for o in pages if 'github/ann/bee/blob/main/nbs/01' in o] and [o for o in pages if 'git+{url}' in o and '//github.com/ann/bee' in o]

def set_up(place, folder, wheel):
    "Run nothing but the set-up cell there; returns what went wrong, its outputs, and what pip was asked"
    nb = new_notebook(cells=[new_code_cell(SETUP.format(**facts()))])
    alone = Alone(folder, place, wheel)
    return '\n'.join(alone.run(nb)), nb.cells[0].outputs, alone.calls()

def test_at_home_the_set_up_cell_installs_nothing(wheel, tmp_path):
    wrong, _, calls = set_up(HERE, tmp_path, wheel)
    assert wrong == '' and calls == []

def test_on_kaggle_with_neither_internet_nor_data_set_one_sentence_says_what_to_do(wheel, tmp_path):
    _, outputs, calls = set_up(Place('Kaggle', KAGGLE_OFF.env, online=False), tmp_path, wheel)
    assert [o.ename for o in outputs] == ['AssertionError'] and calls == []
    assert 'switch Internet on' in outputs[0].evalue and for_kaggle.dataset_id() in outputs[0].evalue

def test_a_notebook_that_uses_the_checkout_is_noticed(wheel, tmp_path):
    alone = Alone(tmp_path, COLAB, wheel)
    alone.stand_in('bin/pip', '#!/bin/sh\n')
    found = '\n'.join(alone.run(new_notebook(cells=[new_code_cell(SETUP.format(**facts()))])))
    assert 'which is not what the wheel installed' in found and 'pip is called 0 times' in found

GOOD = ['install', '-qqq', '--no-warn-conflicts', '-U', 'fastai', f'wholegame @ git+https://github.com/{facts()["repository"]}']

@pytest.mark.parametrize('calls, expected', [
    ([GOOD, GOOD], 'called 2 times'), ([[o for o in GOOD if o != '-qqq']], 'not quiet'), ([[*GOOD, 'wholegame']], 'bare name'), ([[*GOOD, 'wholegame>=0.1']], 'bare name'),
    ([[o.replace('github.com/', 'github.com/x') for o in GOOD]], 'does not install from'), ([[o for o in GOOD if o != 'fastai']], 'not upgraded')])
def test_a_wrong_call_of_pip_is_noticed(calls, expected):
    assert list(pip_problems([GOOD])) == []
    assert expected in '\n'.join(pip_problems(calls))

def test_a_wrong_answer_to_the_learner_is_noticed():
    line = new_output('stream', name='stdout', text='Running on Kaggle · GPU: none · internet: on · data: real\n')
    red = new_output('stream', name='stderr', text="ERROR: pip's dependency resolver")
    assert list(shown_problems([line], KAGGLE)) == []
    for outputs,place in (([line, red], KAGGLE), ([line], KAGGLE_OFF), ([line], COLAB), ([], KAGGLE)): assert list(shown_problems(outputs, place))

# What is sent to Kaggle, checked by Kaggle's own client. What it would send over the network is kept here instead

@pytest.fixture(scope='module')
def folders(tmp_path_factory): return for_kaggle.make(tmp_path_factory.mktemp('kaggle')/'kaggle')

@pytest.fixture
def kaggle_api(monkeypatch, tmp_path):
    "Kaggle's client without credentials, and `sent`: each request that it would have made"
    for k,v in dict(KAGGLE_USERNAME='ann', KAGGLE_KEY='not-a-key', KAGGLE_CONFIG_DIR=str(tmp_path)).items(): monkeypatch.setenv(k, v)
    from kaggle.api.kaggle_api_extended import KaggleApi
    api, sent = KaggleApi(), []
    def answer(request, *_, **__): sent.append(request); return SimpleNamespace(error='')
    server = MagicMock()
    server.kernels.kernels_api_client.save_kernel = server.datasets.dataset_api_client.create_dataset = answer
    server.datasets.dataset_api_client.create_dataset_version = answer
    monkeypatch.setattr(api, 'build_kaggle_client', lambda: nullcontext(server))
    monkeypatch.setattr(api, '_upload_blob', lambda path, *_: Path(path).name)
    monkeypatch.setattr(for_kaggle.time, 'sleep', lambda _: None)
    api.config_values, api.server = {'username': 'ann', 'key': ''}, server
    return api, sent

def statuses(api, *answers):
    "What Kaggle answers when it is asked about the data set, one after the other"
    answers = list(answers)
    def status(_):
        answer = answers.pop(0)
        if isinstance(answer, int): raise HTTPError(response=SimpleNamespace(status_code=answer))
        return answer
    api.dataset_status = status

def test_kaggles_own_client_takes_the_data_set_and_every_lesson(folders, kaggle_api):
    api, sent = kaggle_api
    statuses(api, 404, 404, 'pending', 'ready')
    with redirect_stdout(StringIO()) as said: for_kaggle.push(api, folders)
    data, *lessons = sent
    assert [o.token for o in data.files] == [o.name for o in folders[0].glob('*.whl')] and not data.is_private and data.license_name == 'Apache 2.0'
    assert len(lessons) == len(LESSONS)
    for o in lessons:
        assert (o.enable_gpu, o.machine_shape, o.enable_internet, o.is_private) == (True, 'NvidiaTeslaT4', True, False), o.slug
        assert o.dataset_data_sources == [f'{data.owner_slug}/{data.slug}'] and 'show_setup()' in o.text
        assert len(o.new_title) <= 50, f'Kaggle cuts titles at 50 characters: {o.new_title}'
    assert 'does not resolve' not in said.getvalue(), 'title and id of a lesson differ'

def test_a_data_set_that_is_there_already_gets_a_new_version(folders, kaggle_api):
    api, sent = kaggle_api
    statuses(api, 'ready', 'ready')
    for_kaggle.push(api, folders)
    assert type(sent[0]).__name__ == 'ApiCreateDatasetVersionRequest' and sent[0].body.version_notes == facts()['version']

def test_what_kaggle_refuses_ends_the_push(folders, kaggle_api):
    api, _ = kaggle_api
    statuses(api, 'ready', 'ready')
    api.server.kernels.kernels_api_client.save_kernel = lambda _: SimpleNamespace(error='GPU quota')
    with pytest.raises(SystemExit, match='00_lesson_one: GPU quota'): for_kaggle.push(api, folders)
    statuses(api, 'ready', *['pending']*60)
    with pytest.raises(SystemExit, match='not ready'): for_kaggle.push(api, folders)
    statuses(api, 500)
    with pytest.raises(HTTPError): for_kaggle.push(api, folders)

# What is asked every night

@pytest.fixture
def host():
    "A server with one page, one that turns programs away, and none else"
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({'/page': 200, '/members': 403}.get(self.path, 404))
            self.end_headers()
        def log_message(self, *args): pass
    with ThreadingHTTPServer(('127.0.0.1', 0), Pages) as server, patch.dict(os.environ, no_proxy='*'):
        Thread(target=server.serve_forever, args=(.02,), daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()

def test_dead_links_are_found_and_shy_pages_are_not(host):
    assert nightly.dead(f'{host}/page') is None and nightly.dead(f'{host}/members') is None
    assert '404' in nightly.dead(f'{host}/gone') and 'does not answer' in nightly.dead('http://127.0.0.1:9/')

def test_a_platform_that_has_moved_on_is_noticed():
    listed = 'fastai==2.8.8\nfastcore == 2.3.0\nfastcore-extra==1\n'
    assert list(nightly.differing(listed, ['fastai==2.8.8'])) == []
    assert list(nightly.differing(listed, ['fastcore==2.2.12'])) == ["fastcore==2.2.12 is not in its list any more, but ['fastcore==2.3.0']"]

def test_what_pip_changed_is_told():
    assert nightly.changes({'a': '1', 'b': '1'}, {'a': '2', 'b': '1', 'c': '3'}) == ['a 1 → 2', 'c new → 3']

# Codespaces

def test_codespaces_needs_one_click_and_runs_the_same_targets():
    made = json.loads((ROOT/'.devcontainer'/'devcontainer.json').read_text())
    targets = set(re.findall(r'^([a-z]+):', (ROOT/'Makefile').read_text(), re.M))
    commands = [v for k,v in made.items() if k.endswith('Command')]
    assert commands, 'nothing is installed when the container is made'
    check([f'.devcontainer/devcontainer.json runs {o!r}, which is no target of the Makefile' for o in commands if not (o.startswith('make ') and o[5:] in targets)])
    version = made['image'].rsplit(':', 1)[1].split('-')[0]
    assert f"'{version}'" in (ROOT/'.github/workflows/test.yml').read_text(), f'Codespaces has Python {version}, which test.yml does not test'
