"Notebooks are the source: exported, clean, and running"
from common import *
from running import nbdev_test
import rules

@each(LESSONS)
def test_a_lesson_runs_alone_from_the_wheel_and_shows_what_is_stored(path, lesson, record_property):
    wrong, nb, told = lesson(path)
    record_property('notebook', told)
    check(wrong, path)
    check(rules.stale_outputs(read(path), nb), path,
          'run the notebook with WHOLEGAME_DATA=sample, nbdev-clean it, and commit its outputs')

# many_photos, for those who outgrow one machine, and the making of the talk's pictures are run at night
@each([o for o in HELPERS if o.stem not in ('many_photos', 'deck_pictures')])
def test_a_helper_runs_under_nbdev_test(path, tmp_path, record_property):
    wrong, told = nbdev_test(path, copy_files(tmp_path))
    record_property('notebook', told)
    check(wrong, path)

def test_modules_are_what_the_notebooks_export_and_notebooks_are_clean_with_their_slides(tmp_path):
    assert LESSONS and HELPERS, 'no notebooks were found in nbs/: the checks would check nothing'
    copy = copy_files(tmp_path)
    for o in (copy/'wholegame').glob('[!_]*.py'): o.unlink()
    for o in 'nbdev-clean', 'nbdev-export':
        done = tool(o, cwd=copy)
        assert done.returncode == 0, done.stdout
    def content(root, path): return (root/path).read_bytes() if (root/path).exists() else None
    modules = {o.relative_to(d) for d in (ROOT, copy) for o in d.glob('wholegame/*.py')}
    check([f'{o} is not what nbdev makes of the notebooks' for o in [*NOTEBOOKS, *sorted(modules)]
           if content(ROOT, o) != content(copy, o)], todo='change notebooks only; run nbdev-export, nbdev-clean')
