"""What every lesson begins with: badges, and the cell that makes Kaggle and Colab ready.
`make cells` writes them anew, from settings.ini: run it when you have changed `repository` or `version` there."""
import re, shutil, subprocess
from configparser import ConfigParser
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT/'nbs').glob('[0-9]*.ipynb'))
# What is no part of the repository
MADE = {'.venv', '__pycache__', 'build', 'dist', '_decks', '_slides', '_clean', '_site'}

def files():
    "The repository's files, as paths below ROOT: what git tracks or would add; without git, all but what was made"
    git = ['git', 'ls-files', '-coz', '--exclude-standard']
    if (ROOT/'.git').exists(): names = subprocess.check_output(git, cwd=ROOT, text=True).split('\0')
    else: names = [o.relative_to(ROOT) for o in ROOT.rglob('*')]
    return sorted({Path(o) for o in names if (ROOT/o).is_file() and not MADE & {*Path(o).parts}})

def copy_files(dest):
    "Copy the repository's files to `dest`, where they may be changed; returns it"
    for o in files():
        (dest/o).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT/o, dest/o)
    return dest

# What our lessons need and Kaggle's image lacks, so it has to be in the data set for those whose internet is off.
KAGGLE_LACKS = ['onnxruntime']

BADGES = '''[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab}/{page})
[![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)]({kaggle}/{page})'''
PLACES = dict(colab='https://colab.research.google.com/github',
              kaggle='https://kaggle.com/kernels/welcome?src=https://github.com')

WORDS = '''On Colab and Kaggle the next cell installs the course, which takes about half a minute. On your own computer
it installs nothing, because you did that already. Then it says in one line what you have.'''

# The package is not there yet when this runs, so it leans on Python, git and pip alone. A release is installed, and
# nothing is upgraded without need: Kaggle's fastai works with Kaggle's fastcore only. Without internet, pip takes the
# newest wheel of the project's own data set, which Kaggle mounts with or without its owner's name.
SETUP = '''#@title Set-up: run this cell first
import os, glob
if {{'KAGGLE_KERNEL_RUN_TYPE', 'COLAB_RELEASE_TAG'}} & set(os.environ):
    url = 'https://github.com/{repository}'
    online = os.system(f'git ls-remote {{url}} HEAD > /dev/null 2>&1') == 0
    data = [*glob.glob('/kaggle/input/datasets/{kaggle_owner}/{lib_name}'), *glob.glob('/kaggle/input/{lib_name}')]
    assert online or data, ('No internet: in the panel on the right, switch Internet on or add the data set '
                            '{kaggle_owner}/{lib_name}. Then run this cell again.')
    what = (f"'{fastai}' '{lib_name} @ git+{{url}}@v{version}'" if online else
            f'--no-index --no-deps --find-links {{data[0]}} {offline}')
    !pip install -qq --no-warn-conflicts {{what}}
from {lib_name}.setup import show_setup
show_setup()'''

# What hides the cell's code, and shows its output: on Colab, on Kaggle, in JupyterLab
COLLAPSED = {'cellView': 'form', '_kg_hide-input': True, 'jupyter': {'source_hidden': True}}

def facts():
    "What settings.ini says"
    cfg = ConfigParser(delimiters=['='])
    cfg.read(ROOT/'settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

def required(name):
    "The line of settings.ini that requires this package, such as `fastai>=2.8.7`"
    return next(o for o in facts()['requirements'].split('\n') if re.match(rf'{name}\b', o))

def setup_cell():
    "The source of the set-up cell"
    return SETUP.format(fastai=required('fastai'), offline=' '.join([facts()['lib_name'], *KAGGLE_LACKS]), **facts())

def badges(path):
    "Two badges that open the notebook at `path`, below ROOT, as it was in the release that its set-up cell installs"
    return BADGES.format(page=f"{facts()['repository']}/blob/v{facts()['version']}/{path.as_posix()}", **PLACES)

def find(nb, kind, words):
    "Number of the first cell of this kind that holds these words; None if there is none"
    return next((i for i,c in enumerate(nb.cells) if c.cell_type == kind and words in c.source), None)

def put_first_cells(nb, path):
    "Give the notebook that stands at `path`, below ROOT, its badges, which are on no slide, and its set-up cell"
    setup, words = find(nb, 'code', 'show_setup()'), find(nb, 'markdown', 'On Colab and Kaggle the next cell installs')
    if setup is None: raise SystemExit(f'{path} has no set-up cell: write one with "show_setup()" in it')
    nb.cells[setup].source = setup_cell()
    nb.cells[setup].metadata.update(COLLAPSED)
    if words is not None: nb.cells[words].source = WORDS
    if find(nb, 'markdown', 'colab-badge.svg') is None:
        nb.cells.insert(1, new_markdown_cell('colab-badge.svg', metadata={'slideshow': {'slide_type': 'skip'}}))
    nb.cells[find(nb, 'markdown', 'colab-badge.svg')].source = badges(path)

def main():
    for file in LESSONS:
        nb = nbformat.read(file, 4)
        put_first_cells(nb, file.relative_to(ROOT))
        nbformat.write(nb, file)
    words, first = (ROOT/'README.md').read_text(encoding='utf-8'), badges(LESSONS[1].relative_to(ROOT))
    words = re.sub(r'\[!\[Open in Colab.*\n\[!\[Open in Kaggle.*', first, words)
    (ROOT/'README.md').write_text(words, encoding='utf-8')

if __name__ == '__main__': main()
