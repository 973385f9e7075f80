"What the checks share: where things are, copies of the repository, and how a failure is told"
import os, re, shutil, subprocess, sys
from configparser import ConfigParser
from pathlib import Path

import nbformat, pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# Every file of the repository, as a path below ROOT: what git tracks or would add
_listed = subprocess.check_output(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=ROOT, text=True)
FILES = sorted({Path(o) for o in _listed.split('\0') if (ROOT/o).is_file()})
NOTEBOOKS = [o for o in FILES if o.suffix == '.ipynb' and o.parts[0] == 'nbs']
LESSONS = [o for o in NOTEBOOKS if len(o.parts) == 2 and o.name[0].isdigit()]
HELPERS = [o for o in NOTEBOOKS if o not in LESSONS]
PAGES = [o for o in FILES if o.suffix == '.md']
MODULES = [o for o in FILES if o.parent.name == 'wholegame' and o.suffix == '.py' and o.name[0] != '_']

def each(paths): return pytest.mark.parametrize('path', paths, ids=str)

# What asks for the run of a lesson is done by one worker: one run is enough
whole_lesson = pytest.mark.parametrize(
    'path', [pytest.param(o, marks=pytest.mark.xdist_group(o.stem), id=str(o)) for o in LESSONS])

def settings():
    "The facts in settings.ini"
    cfg = ConfigParser(delimiters=['='])
    cfg.read(ROOT/'settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

def read(path): return nbformat.read(ROOT/path, 4)
def text(path): return (ROOT/path).read_text(encoding='utf-8')

def cells(nb, kind):
    "Number (from 1) and cell, for all cells of this kind"
    return [(i,c) for i,c in enumerate(nb.cells, 1) if c.cell_type == kind]

def copy_repo(dest):
    "Copy the repository's files to `dest`, where a check may change them"
    for o in FILES:
        (dest/o).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT/o, dest/o)
    return dest

def tool(name, *args, **kwargs):
    "Run a command of this Python's environment; returns what it did, with its output as text"
    both = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.run([BIN/name, *map(str, args)], **both, **kwargs)

def check(problems, where='', todo=''):
    "Fail with one line a problem, and no traceback: it would only show the check's own lines"
    found = [f'{where}: {o}' if where else o for o in problems]
    if found: pytest.fail('\n'.join([*found, *([f'To do: {todo}'] if todo else [])]), pytrace=False)
