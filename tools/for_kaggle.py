"""What goes to Kaggle: each lesson with its kernel-metadata.json, and a data set with the wheel, samples and weights inside, for those whose internet is off.
`make kaggle` writes it all to build/kaggle; `python tools/for_kaggle.py --push` sends it, too, with the credentials of the `kaggle` command."""
import json, re, shutil, subprocess, sys, time
from pathlib import Path
from tempfile import TemporaryDirectory

from first_cells import ROOT, facts

def build_wheel(dest):
    "The wheel, built from a copy of the repository: nothing that an earlier build left behind gets in"
    names = subprocess.check_output(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=ROOT, text=True).split('\0')
    with TemporaryDirectory() as tmp:
        for o in filter(lambda o: o and (ROOT/o).is_file(), names):
            (tmp/Path(o)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT/o, tmp/Path(o))
        subprocess.run([sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '--no-build-isolation', '--wheel-dir', dest, tmp], check=True)
    return next(Path(dest).glob('*.whl'))

def dataset_id(): return f"{facts()['kaggle_owner']}/{facts()['lib_name']}"

def lesson(file):
    "kernel-metadata.json for one lesson. Kaggle wants the title and the id to say the same"
    words = json.loads(file.read_text(encoding='utf-8'))['cells'][0]['source'][0].strip('# \n')
    title = f'The Whole Game {int(file.name[:2])}: {words}'
    slug = re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')
    return dict(id=f"{facts()['kaggle_owner']}/{slug}", title=title, code_file=file.name, language='python', kernel_type='notebook', is_private=False,
                enable_gpu=True, machine_shape='NvidiaTeslaT4', enable_internet=True, dataset_sources=[dataset_id()], competition_sources=[], kernel_sources=[], model_sources=[])

def dataset():
    "dataset-metadata.json"
    return dict(id=dataset_id(), title='The Whole Game', subtitle='Package, drawn samples and weights: lessons without internet', licenses=[dict(name='Apache 2.0')],
                description=f"For the lessons of https://github.com/{facts()['repository']}, where Kaggle's internet is off. The samples and weights are inside the wheel.\n\n"
                            + (ROOT/'data'/'README.md').read_text(encoding='utf-8'))

def _write(path, content): path.write_text(json.dumps(content, indent=2), encoding='utf-8')

def make(dest):
    "Write the data set and the lessons to folders in `dest`; returns the folders, the data set first"
    shutil.rmtree(dest, ignore_errors=True)
    (dest/'dataset').mkdir(parents=True)
    build_wheel(dest/'dataset')
    _write(dest/'dataset'/'dataset-metadata.json', dataset())
    for file in sorted((ROOT/'nbs').glob('[0-9]*.ipynb')):
        (dest/file.stem).mkdir()
        shutil.copy(file, dest/file.stem)
        _write(dest/file.stem/'kernel-metadata.json', lesson(file))
    return [dest/'dataset', *sorted(o.parent for o in dest.glob('*/kernel-metadata.json'))]

def _taken(folder, answer):
    if answer.error: raise SystemExit(f'Kaggle does not take {folder.name}: {answer.error}')
    print(f'{folder.name} is on Kaggle')

def _exists(api, ref):
    from requests import HTTPError
    try: return bool(api.dataset_status(ref))
    except HTTPError as e:
        if e.response.status_code in (403, 404): return False  # Kaggle answers 403, too, for what does not exist
        raise

def push(api, folders):
    "Send the data set, wait until Kaggle has it ready, then send the lessons. What Kaggle refuses ends it"
    (data, *lessons), ref = folders, dataset_id()
    if _exists(api, ref): _taken(data, api.dataset_create_version(data, facts()['version']))
    else: _taken(data, api.dataset_create_new(data, public=True))
    for _ in range(60):
        if api.dataset_status(ref) == 'ready': break
        time.sleep(10)
    else: raise SystemExit(f'Kaggle has had {ref} for ten minutes and it is still not ready: look at https://www.kaggle.com/datasets/{ref}, then run this again')
    for folder in lessons: _taken(folder, api.kernels_push(folder))

if __name__ == '__main__':
    folders = make(ROOT/'build'/'kaggle')
    print('\n'.join(o.relative_to(ROOT).as_posix() for o in folders))
    if '--push' in sys.argv:
        import kaggle
        push(kaggle.api, folders)
