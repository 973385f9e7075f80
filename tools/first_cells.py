"""What every lesson begins with: badges, and the cell that makes Kaggle and Colab ready.
`make cells` writes them anew, from settings.ini: run it in a fork, after you have changed `repository` there."""
import re
from configparser import ConfigParser
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent

BADGES = '''[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/{repository}/blob/main/{path})
[![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/{repository}/blob/main/{path})'''

WORDS = '''On Colab and Kaggle the next cell installs the course, which takes about half a minute. On your own computer it installs nothing, because you did that
already. Then it says in one line what you have.'''

# The package is not there yet when this runs, so it leans on nothing but Python, git and pip.
# fastai is upgraded in the same call: pip then keeps it and fastcore in step, whatever was preinstalled.
# -qqq and --no-warn-conflicts: pip's opinions on other people's packages are nothing that a learner can act on.
SETUP = '''import os
from glob import glob
if {{'KAGGLE_KERNEL_RUN_TYPE', 'COLAB_RELEASE_TAG'}} & set(os.environ):
    url = 'https://github.com/{repository}'
    online = os.system(f'git ls-remote {{url}} HEAD > /dev/null 2>&1') == 0
    wheels = glob('/kaggle/input/**/{lib_name}-*.whl', recursive=True)
    assert online or wheels, 'No internet: in the panel on the right, switch Internet on or add the data set {kaggle_owner}/{lib_name}. Then run this cell again.'
    what = f'-U fastai "{lib_name} @ git+{{url}}"' if online else f'--no-index --no-deps {{wheels[0]}}'
    !pip install -qqq --no-warn-conflicts {{what}}
from {lib_name}.setup import show_setup
show_setup()'''

def facts():
    "What settings.ini says"
    cfg = ConfigParser(delimiters=['='])
    cfg.read(ROOT/'settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

def find(nb, kind, words):
    "Number of the first cell of this kind that holds these words; None if there is none"
    return next((i for i,c in enumerate(nb.cells) if c.cell_type == kind and words in c.source), None)

def put_badges(nb, path):
    "Badges stand below the title, on no slide"
    if find(nb, 'markdown', 'colab-badge.svg') is None: nb.cells.insert(1, new_markdown_cell(id='badges', metadata={'slideshow': {'slide_type': 'skip'}}))
    cell = nb.cells[find(nb, 'markdown', 'colab-badge.svg') or 1]
    cell.source = BADGES.format(path=path.as_posix(), **facts())

def put_setup(nb, path):
    "One cell installs and says what there is; what a lesson tells between the two moves before it"
    first, last = find(nb, 'code', 'pip install'), find(nb, 'code', 'show_setup()')
    if first is None or last is None: raise SystemExit(f'{path} has no set-up cell: write one, with "pip install" and "show_setup()" in it, where it is to stand')
    cell = nb.cells[first]
    cell.source, cell.outputs = SETUP.format(**facts()), nb.cells[last].outputs
    nb.cells[first:last+1] = [*nb.cells[first+1:last], cell]
    words = find(nb, 'markdown', 'On Colab and Kaggle the next cell installs')
    if words is not None: nb.cells[words].source = WORDS

def put_first_cells(nb, path):
    "Give the notebook that stands at `path`, below ROOT, the first cells that it must have"
    put_badges(nb, path)
    put_setup(nb, path)

def readdressed(text):
    "This text, with the repository of settings.ini wherever the repository of its first badge stood"
    return text.replace(re.search(r'google\.com/github/([\w.-]+/[\w.-]+)/blob', text)[1], facts()['repository'])

def main():
    for file in sorted((ROOT/'nbs').glob('[0-9]*.ipynb')):
        nb = nbformat.read(file, 4)
        put_first_cells(nb, file.relative_to(ROOT))
        nbformat.write(nb, file)
    readme = ROOT/'README.md'
    readme.write_text(readdressed(readme.read_text(encoding='utf-8')), encoding='utf-8')

if __name__ == '__main__': main()
