"Notebooks run as nbdev-test runs them, each in a process of its own; and what there is to tell of notebooks that ran"
import ast
from datetime import datetime

import pandas as pd
from IPython.core.inputtransformer2 import TransformerManager

from common import *

def code_lines(source): return [o for o in source.splitlines() if o.strip() and not o.lstrip().startswith('#|')]
def tree(source): return ast.parse(TransformerManager().transform_cell(source))

def tests(source):
    "How often does this code check something, by an assert or a call of fastcore's `test_…`?"
    return sum(isinstance(o, ast.Assert) or isinstance(o, ast.Call) and getattr(o.func, 'id', '').startswith('test_')
               for o in ast.walk(tree(source)))

def left_out(source, flags):
    "Does nbdev-test leave out a cell with this code?"
    skipped = set(re.search(r'tst_flags *= *"(.*)"', text('pyproject.toml'))[1].split()) - set(flags.split())
    return bool(skipped & {*re.findall(r'^#\| *(\w+)', source, re.M)} or re.search(r'^#\| *eval: *false', source, re.M))

def nbdev_test(path, folder, flags='', env=None):
    "Run a notebook of the copy in `folder`; returns (what went wrong, what there is to tell)"
    code = f'''from nbdev.test import nbdev_test
nbdev_test({str(path)!r}, flags={flags!r}, n_workers=0, cell_timing_min=0)
import sys
if 'torch' in sys.modules: print('GPU memory:', sys.modules['torch'].cuda.max_memory_allocated())'''
    done = tool('python', '-c', code, cwd=folder, env=env)
    times = {k: float(v) for k,v in re.findall(rf'^{re.escape(path.name)}:(\S+): ([\d.]+)s$', done.stdout, re.M)}
    nb, gpu = nbformat.read(folder/path, 4), re.search(r'GPU memory: [1-9]', done.stdout)
    wrong = list(did_run(nb, times, flags)) if done.returncode == 0 else [f'nbdev-test fails:\n{done.stdout}']
    fits = sum(times.get(c.id, 0) for _,c in cells(nb, 'code') if 'learn.fi' in c.source)  # fit, fine_tune
    trained = {'cuda' if gpu else 'cpu': fits} if fits else {}
    return wrong, {**told(path, nb, times, 'nbdev-test'), 'trained': trained}

def kernel_times(nb):
    "The seconds that each cell took in a real kernel, by its id"
    def when(c, event): return datetime.fromisoformat(c.metadata.execution[event])
    ran = [c for _,c in cells(nb, 'code') if 'shell.execute_reply' in c.metadata.get('execution', {})]
    return {c.id: (when(c, 'shell.execute_reply') - when(c, 'iopub.execute_input')).total_seconds() for c in ran}

def exercises(nb):
    "For each exercise of a lesson: number (from 1) of its check's cell, the stub, the check, the solution in the fold"
    for i,c in cells(nb, 'code'):
        if not c.source.startswith('check('): continue
        fold = re.search(r'<summary>A solution</summary>\n\n```python\n(.*?)\n```', nb.cells[i].source, re.S)
        yield i, next(o.source for o in reversed(nb.cells[:i-1]) if o.cell_type == 'code'), c, fold[1] if fold else ''

def practice(nb, ran):
    "Of a lesson's exercises the stubs are not accepted, and the solutions are: `ran` goes on after the lesson's cells"
    lesson = list(exercises(nb))
    def said(c): return c.outputs[-1].get('data', {}).get('text/plain', '') if c.outputs else 'nothing'
    for (i,stub,c,_),solved in zip(lesson, ran[len(nb.cells)+1::2]):
        if '...' not in stub: yield f'cell {i-1}: there is nothing to fill in'
        if not said(c).startswith('Not done yet'): yield f'cell {i}: of three dots it says {said(c)}'
        if not said(solved).startswith('Well done'): yield f'cell {i}: of the solution it says {said(solved)}'

def did_run(nb, times, flags=None):
    "A notebook that passed has really run: `times` are the seconds that each cell took, by its id"
    code = [(i,c) for i,c in cells(nb, 'code') if code_lines(c.source)]
    if flags is not None: code = [(i,c) for i,c in code if not left_out(c.source, flags)]
    yield from (f'cell {i} did not run' for i,c in code if c.id not in times)
    if not any(tests(c.source) for _,c in code): yield f'{len(times)} cells ran, none of them with a test'
    if sum(times.values()) < .01: yield f'all was over in {sum(times.values()):.3f} s: nothing can have been done'

def told(path, nb, times, how):
    "What there is to tell of a notebook that ran"
    ran = [(times[c.id], i, c.source) for i,c in cells(nb, 'code') if c.id in times]
    seconds, i, source = max(ran, default=(0, 0, ''))
    slowest = f'{seconds:.1f} s, cell {i}: {" ".join(code_lines(source))[:40]}'.replace('|', '¦')
    return dict(notebook=str(path), how=str(how), seconds=sum(times.values()), cells=len(ran),
                tests=sum(tests(source) for *_,source in ran), slowest=slowest)

def table(rows):
    "The facts of many notebooks, in columns"
    if not rows: return ''
    rows = pd.DataFrame(rows).sort_values('notebook').set_index('notebook').drop(columns='trained', errors='ignore')
    rows.loc[f'{len(rows)} notebooks'] = [rows[o].sum() if o in ('seconds', 'cells', 'tests') else '' for o in rows]
    return rows.rename_axis(None).to_string(formatters={'seconds': '{:.1f}'.format})
