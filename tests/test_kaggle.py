"What Kaggle, Colab and a fork get: the first cells, what they ask of pip, and what is sent to Kaggle"
import json
from types import SimpleNamespace

from nbformat.v4 import new_code_cell, new_notebook
from requests import HTTPError

from common import *
from first_cells import KAGGLE_LACKS
from places import HERE, KAGGLE_OFF, Alone, Place
import first_cells, for_kaggle

@each(LESSONS)
def test_a_lesson_begins_with_its_badges_and_the_set_up_cell(path):
    nb, wanted = read(path), read(path)
    first_cells.put_first_cells(wanted, path)
    check([f'cell {i}: its first cells are not as tools/first_cells.py makes them'
           for i,(a,b) in enumerate(zip(nb.cells, wanted.cells), 1) if a != b][:1], path, 'run make cells')

@pytest.mark.parametrize('place', [HERE, Place('Kaggle', KAGGLE_OFF.env, False)], ids=str)
def test_where_the_set_up_cell_has_nothing_to_install_it_says_what_there_is_or_what_to_do(place, wheel, tmp_path):
    nb = new_notebook(cells=[new_code_cell(first_cells.setup_cell())])
    alone = Alone(tmp_path, place, wheel)
    wrong, outputs = list(alone.run(nb)), nb.cells[0].outputs
    if place is HERE: check(wrong)
    else: assert 'switch Internet on' in outputs[0].evalue and for_kaggle.DATASET in outputs[0].evalue

@pytest.fixture(scope='module')
def folders(wheel, tmp_path_factory):
    "What `make kaggle` makes; the wheels of others, which it downloads, are stood in for by their names"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(for_kaggle, 'build_wheel', lambda dest: shutil.copy(wheel, dest))
        patch.setattr(for_kaggle, 'add_lacking', lambda dest: [(dest/f'{o}-1.whl').touch() for o in KAGGLE_LACKS])
        return for_kaggle.make(tmp_path_factory.mktemp('kaggle')/'kaggle')

@pytest.fixture
def push(folders, monkeypatch):
    "Push to a Kaggle that says this of the data set in turn (a number is an HTTP error); returns what it was sent"
    monkeypatch.setattr(for_kaggle.time, 'sleep', lambda _: None)
    def run(*answers, error=''):
        sent, answers = [], iter(answers)
        def status(ref):
            answer = next(answers)
            if isinstance(answer, int): raise HTTPError(response=SimpleNamespace(status_code=answer))
            return answer
        def take(how, folder, error=''): return sent.append((how, folder.name)) or SimpleNamespace(error=error)
        for_kaggle.push(SimpleNamespace(
            dataset_status=status, dataset_create_new=lambda folder, public: take('new', folder),
            dataset_create_version=lambda folder, version_notes: take(version_notes, folder),
            kernels_push=lambda folder: take('lesson', folder, error)), folders)
        return sent
    return run

def test_the_data_set_is_sent_before_the_lessons(push):
    lessons = [('lesson', o.stem) for o in LESSONS]
    assert push(404, 403, 'pending', 'ready') == [('new', 'dataset'), *lessons]
    assert push('ready', 'ready') == [(facts()['version'], 'dataset'), *lessons]

def test_what_kaggle_refuses_ends_the_push(push):
    with pytest.raises(SystemExit, match='00_lesson_one: GPU quota'): push('ready', 'ready', error='GPU quota')
    with pytest.raises(SystemExit, match='not ready'): push('ready', *['pending']*60)
    with pytest.raises(HTTPError): push(500)

def test_kaggle_finds_all_that_it_asks_for(folders):
    data, *lessons = folders
    about = json.loads((data/'dataset-metadata.json').read_text())
    assert about['id'] == for_kaggle.DATASET and about['licenses'] == [{'name': 'Apache 2.0'}]
    wheels = {o.name.split('-')[0] for o in data.glob('*.whl')}
    assert wheels == {facts()['lib_name'], *KAGGLE_LACKS}
    for o in lessons:
        card = json.loads((o/'kernel-metadata.json').read_text())
        assert (o/card['code_file']).exists() and card['dataset_sources'] == [about['id']] and card['enable_internet']
        assert len(card['title']) <= 50, f'Kaggle cuts titles at 50 characters: {card["title"]}'
        assert card['id'].split('/')[1] == re.sub(r'\W+', '-', card['title'].lower()).strip('-'), 'they must agree'
