"Notebooks are the source: exported, clean, and running"
from common import *
from running import nbdev_test
import rules

@whole_lesson
def test_a_lesson_runs_alone_from_the_wheel_and_shows_what_is_stored(path, lesson, record_property):
    wrong, nb, told = lesson(path)
    record_property('notebook', told)
    check(wrong, path)
    check(rules.stale_outputs(read(path), nb), path,
          'run the notebook with WHOLEGAME_DATA=sample, nbdev-clean it, and commit its outputs')

# many_photos, for those who outgrow one machine, is run at night
@each([o for o in HELPERS if o.stem != 'many_photos'])
def test_a_helper_runs_under_nbdev_test(path, tmp_path, record_property):
    wrong, told = nbdev_test(path, copy_repo(tmp_path))
    record_property('notebook', told)
    check(wrong, path)

def test_the_modules_are_what_the_notebooks_export(tmp_path):
    assert LESSONS and HELPERS, 'no notebooks were found in nbs/: the checks would check nothing'
    copy = copy_repo(tmp_path)
    for o in (copy/'wholegame').glob('*.py'):
        if o.name != '__init__.py': o.unlink()
    done = tool('nbdev-export', cwd=copy)
    assert done.returncode == 0, done.stdout
    stored, made = ({o.name: o.read_text(encoding='utf-8') for o in (d/'wholegame').glob('*.py')} for d in (ROOT, copy))
    check([f'wholegame/{o} is not what the notebooks export' for o in sorted({*stored, *made})
           if stored.get(o) != made.get(o)], todo='change the notebook, never the module, and run nbdev-export')

def test_notebooks_are_stored_clean_with_their_slides(tmp_path):
    copy = copy_repo(tmp_path)
    done = tool('nbdev-clean', cwd=copy)
    assert done.returncode == 0, done.stdout
    check([f'{o} is not clean' for o in NOTEBOOKS if (ROOT/o).read_bytes() != (copy/o).read_bytes()],
          todo='run nbdev-clean')
