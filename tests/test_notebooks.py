"Notebooks are the source: exported, clean, and running, each by itself"
import filecmp
from copy import deepcopy
from itertools import cycle

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from common import *
from places import COLAB, KAGGLE, KAGGLE_OFF, Alone
from running import run_notebook
import rules

def test_there_are_lessons_and_helpers_to_check():
    assert LESSONS and len(NOTEBOOKS) > len(LESSONS), 'no notebooks were found in nbs/: the checks below would check nothing'

def test_the_modules_are_what_the_notebooks_export(tmp_path):
    copy = copy_repo(tmp_path, without=['data'])
    for o in (copy/'wholegame').glob('*.py'):
        if o.name != '__init__.py': o.unlink()
    done = tool('nbdev-export', cwd=copy)
    assert done.returncode == 0, done.stdout
    stored, exported = ({o.name: o.read_text(encoding='utf-8') for o in (d/'wholegame').glob('*.py')} for d in (ROOT, copy))
    check([f'wholegame/{o} is not what the notebooks export' for o in sorted({*stored, *exported}) if stored.get(o) != exported.get(o)],
          todo='change the notebook, never the module, and run nbdev-export')

def test_notebooks_are_stored_clean_and_keep_their_slides(tmp_path):
    copy = copy_repo(tmp_path, without=['data'])
    slide = {'slideshow': {'slide_type': 'slide'}}
    made = new_notebook(metadata={'rise': {'theme': 'white'}, 'junk': 1},
                        cells=[new_markdown_cell('# Made', metadata=slide), new_code_cell('1', metadata={**slide, 'junk': 1}, execution_count=7)])
    nbformat.write(made, copy/'nbs'/'made.ipynb')
    done = tool('nbdev-clean', cwd=copy)
    assert done.returncode == 0, done.stdout
    cleaned = nbformat.read(copy/'nbs'/'made.ipynb', 4)
    assert [c.metadata for c in cleaned.cells] == [slide, slide] and cleaned.cells[1].execution_count is None, \
        'nbdev-clean no longer removes what is to go, or it removes slides: see allowed_cell_metadata_keys in pyproject.toml'
    assert cleaned.metadata == {'rise': {'theme': 'white'}}, 'nbdev-clean does not keep "rise": see allowed_metadata_keys in pyproject.toml'
    check([f'{o} is not clean' for o in NOTEBOOKS if not filecmp.cmp(ROOT/o, copy/o, shallow=False)], todo='run nbdev-clean')

# One run of a lesson proves several things; the places take turns, and `make platforms` runs all lessons at all of them
TURNS = list(zip(LESSONS, cycle([KAGGLE_OFF, COLAB, KAGGLE])))

@pytest.mark.parametrize('path, place', TURNS, ids=[f'{path}, {place.name} {"on" if place.online else "off"}line' for path,place in TURNS])
def test_a_lesson_runs_alone_in_an_empty_folder_from_the_wheel_and_shows_what_is_stored(path, place, wheel, tmp_path):
    stored = read(path)
    nb = deepcopy(stored)
    check(Alone(tmp_path, place, wheel).run(nb, path.name), path)
    check(rules.stale_outputs(stored, nb), path, 'run the notebook with WHOLEGAME_DATA=sample, nbdev-clean it, and commit its outputs')

@each_notebook
def test_a_notebook_runs_under_nbdev_test(path, tmp_path, record_property):
    copy = copy_repo(tmp_path, without=['data'])
    problems, facts = run_notebook(path, copy)
    record_property('notebook', facts)
    check(problems, path)
