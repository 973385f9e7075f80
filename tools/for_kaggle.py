"""What goes to Kaggle: each lesson with its kernel-metadata.json, and for those whose internet is off a data set with
our wheel, in which samples and weights are, and with the wheels that Kaggle's image lacks. `make kaggle` writes it all
to build/kaggle; `python tools/for_kaggle.py --push` sends it, too, with the credentials of the `kaggle` command."""
import json, re, shutil, subprocess, sys, time
from pathlib import Path
from tempfile import TemporaryDirectory

from first_cells import KAGGLE_LACKS, LESSONS, ROOT, copy_files, facts, required

KAGGLES_PYTHON = '--only-binary=:all:', '--python-version=3.12', '--platform=manylinux_2_28_x86_64'

def build_wheel(dest):
    "The wheel, built from a copy of the repository: nothing that an earlier build left behind gets in"
    with TemporaryDirectory() as tmp: pip('wheel', '--no-build-isolation', '--wheel-dir', dest, copy_files(Path(tmp)))
    return next(Path(dest).glob('*.whl'))

def pip(command, *args): subprocess.run([sys.executable, '-m', 'pip', command, '-q', '--no-deps', *args], check=True)

def add_lacking(dest):
    "Put the wheels that Kaggle's image lacks beside ours"
    pip('download', *KAGGLES_PYTHON, '--dest', dest, *map(required, KAGGLE_LACKS))

DATASET = '{kaggle_owner}/{lib_name}'.format(**facts())

def lesson(file):
    "kernel-metadata.json for one lesson. Kaggle wants the title and the id to say the same"
    words = json.loads(file.read_text(encoding='utf-8'))['cells'][0]['source'][0].strip('# \n')
    title = f'The Whole Game {int(file.name[:2])}: {words}'
    slug = re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')
    return dict(id=f"{facts()['kaggle_owner']}/{slug}", title=title, code_file=file.name, language='python',
                kernel_type='notebook', is_private=False, enable_gpu=True, machine_shape='NvidiaTeslaT4',
                enable_internet=True, dataset_sources=[DATASET],
                **{f'{o}_sources': [] for o in ('competition', 'kernel', 'model')})

def dataset():
    "dataset-metadata.json"
    words = (f"For the lessons of https://github.com/{facts()['repository']}, where Kaggle's internet is off. "
             'The samples and weights are inside the wheel.\n\n')
    return dict(id=DATASET, title='The Whole Game', licenses=[dict(name='Apache 2.0')],
                subtitle='Package, drawn samples and weights: lessons without internet',
                description=words + (ROOT/'data'/'README.md').read_text(encoding='utf-8'))

def make(dest):
    "Write the data set and the lessons to folders in `dest`; returns the folders, the data set first"
    shutil.rmtree(dest, ignore_errors=True)
    data = dest/'dataset'
    cards = {data/'dataset-metadata.json': dataset()}
    cards |= {dest/o.stem/'kernel-metadata.json': lesson(o) for o in LESSONS}
    for card,content in cards.items():
        card.parent.mkdir(parents=True)
        card.write_text(json.dumps(content, indent=2), encoding='utf-8')
    build_wheel(data)
    add_lacking(data)
    for o in LESSONS: shutil.copy(o, dest/o.stem)
    return [o.parent for o in cards]

def _taken(folder, answer):
    if answer.error: raise SystemExit(f'Kaggle does not take {folder.name}: {answer.error}')
    print(f'{folder.name} is on Kaggle')

def _status(api):
    "What Kaggle says of the data set, such as `ready`; None if there is none, for which it answers 403, too"
    from requests import HTTPError
    try: return api.dataset_status(DATASET)
    except HTTPError as e:
        if e.response.status_code in (403, 404): return None
        raise

def push(api, folders):
    "Send the data set, wait until Kaggle has it ready, then send the lessons. What Kaggle refuses ends it"
    data, *lessons = folders
    if _status(api): _taken(data, api.dataset_create_version(data, facts()['version']))
    else: _taken(data, api.dataset_create_new(data, public=True))
    for _ in range(60):
        if _status(api) == 'ready': break
        time.sleep(10)
    else: raise SystemExit(f'The data set is not ready yet: see https://www.kaggle.com/datasets/{DATASET}, try again')
    for folder in lessons: _taken(folder, api.kernels_push(folder))

if __name__ == '__main__':
    folders = make(ROOT/'build'/'kaggle')
    print('What goes to Kaggle is in build/kaggle.')
    if '--push' in sys.argv:
        import kaggle
        push(kaggle.api, folders)
