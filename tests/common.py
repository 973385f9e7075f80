"What the checks share: where things are, copies of the repository, and how a failure is told"
import os, re, shutil, subprocess, sys
from configparser import ConfigParser
from pathlib import Path

import nbformat, pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

def repo_files():
    "Every file of the repository, as a path below ROOT: what git tracks or would add"
    names = subprocess.check_output(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=ROOT, text=True)
    return sorted({Path(o) for o in names.split('\0') if o and (ROOT/o).is_file()})

FILES = repo_files()
NOTEBOOKS = [o for o in FILES if o.suffix == '.ipynb' and o.parts[0] == 'nbs']
LESSONS = [o for o in NOTEBOOKS if len(o.parts) == 2 and o.name[0].isdigit()]
PAGES = [o for o in FILES if o.suffix == '.md']

each_notebook = pytest.mark.parametrize('path', NOTEBOOKS, ids=str)
each_lesson = pytest.mark.parametrize('path', LESSONS, ids=str)
each_text = pytest.mark.parametrize('path', NOTEBOOKS + PAGES, ids=str)

def settings():
    "The facts in settings.ini"
    cfg = ConfigParser(delimiters=['='])
    cfg.read(ROOT/'settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

def read(path): return nbformat.read(ROOT/path, 4)

def copy_repo(dest, without=()):
    "Copy the repository's files to `dest`, where a check may change them; leave out the folders in `without`"
    for o in FILES:
        if o.parts[0] in without: continue
        (dest/o).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT/o, dest/o)
    return dest

def tool(name, *args, **kwargs):
    "Run a command of this Python's environment; returns what it did, with its output as text"
    return subprocess.run([BIN/name, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)

def check(problems, where='', todo=''):
    "Fail with one line a problem, and no traceback: it would only show the check's own lines"
    problems = [f'{where}{", " if where else ""}{o}' for o in problems]
    if problems: pytest.fail('\n'.join([*problems, *([f'To do: {todo}'] if todo else [])]), pytrace=False)
