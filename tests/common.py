"What the checks share: where things are, and how a failure is told"
import os, re, shutil, subprocess, sys
from pathlib import Path

import nbformat, pytest

from first_cells import ROOT, copy_files, facts, files

BIN, FILES = Path(sys.executable).parent, files()  # all paths are relative to ROOT
NOTEBOOKS = [o for o in FILES if o.suffix == '.ipynb' and o.parts[0] == 'nbs']
LESSONS = [o for o in NOTEBOOKS if len(o.parts) == 2 and o.name[0].isdigit()]
HELPERS = [o for o in NOTEBOOKS if o not in LESSONS]
PAGES = [o for o in FILES if o.suffix == '.md' and o.parts[0] != 'site']
MODULES = [o for o in FILES if o.parent.name == 'wholegame' and o.suffix == '.py' and o.name[0] != '_']

def each(paths): return pytest.mark.parametrize('path', paths, ids=str)

def read(path): return nbformat.read(ROOT/path, 4)
def text(path): return (ROOT/path).read_text(encoding='utf-8')

def cells(nb, kind):
    "Number (from 1) and cell, for all cells of this kind"
    return [(i,c) for i,c in enumerate(nb.cells, 1) if c.cell_type == kind]

def tool(name, *args, **kwargs):
    "Run a command of this Python's environment; returns what it did, with its output as text"
    both = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.run([BIN/name, *map(str, args)], **both, **kwargs)

def check(problems, where='', todo=''):
    "Fail with one line a problem, and no traceback: it would only show the check's own lines"
    found = [f'{where}: {o}' if where else o for o in problems]
    if found: pytest.fail('\n'.join([*found, *([f'To do: {todo}'] if todo else [])]), pytrace=False)
