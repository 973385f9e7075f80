"Notebooks run as nbdev-test runs them, and what there is to tell of it"
from collections import Counter

from common import *
from watch import nbdev_test_watched
import rules

def shown(source):
    "The first line of code, short enough for a table"
    line = next((o.strip() for o in rules.code_lines(source)), '')
    return (line if len(line) <= 40 else f'{line[:39]}…').replace('|', '¦')

def run_notebook(path, folder, flags='', env=None, on='the processor, with the drawn sample'):
    "Run a notebook of the copy in `folder`; returns (what went wrong, what there is to tell)"
    went_well, said, fits = nbdev_test_watched(path, folder, flags, env)
    nb, trained = nbformat.read(folder/path, 4), Counter()
    times = {k: float(v) for k,v in re.findall(rf'^{re.escape(path.name)}:(\S+): ([\d.]+)s$', said, re.M)}
    for device,seconds in fits: trained[device] += seconds
    ran = {i: c for i,c in rules.cells(nb, 'code') if c.id in times}
    slow = [[times[c.id], f'cell {i}: {shown(c.source)}'] for i,c in sorted(ran.items(), key=lambda o: -times[o[1].id])[:10]]
    facts = dict(notebook=str(path), on=on, seconds=sum(times.values()), cells=len(ran), tests=sum(rules.tests(c.source) for c in ran.values()), trained=dict(trained),
                 slow=slow, slowest=f'{slow[0][0]:.1f} s, {slow[0][1]}' if slow else '')
    if not went_well: return [f'nbdev-test fails:\n{said}'], facts
    return list(rules.did_run(nb, times, flags)), facts

def slowest_cells(facts, n=10):
    "The `n` cells that took longest, over many notebooks, one line each"
    cells = sorted(([seconds, f"{o['notebook']}, {cell}"] for o in facts for seconds,cell in o['slow']), reverse=True)[:n]
    return [f'Slowest {len(cells)} cells:', '', *(f'{i}. {seconds:.1f} s, {cell}' for i,(seconds,cell) in enumerate(cells, 1))]

HEAD = ['notebook', 'seconds', 'cells', 'tests', 'slowest cell', 'training']

def table(facts):
    "What `run_notebook` told of many notebooks, as lines of Markdown that can be read in a terminal, too"
    rows = [[o['notebook'], f"{o['seconds']:.1f}", str(o['cells']), str(o['tests']), o['slowest'], ', '.join(f'{s:.1f} s on {d}' for d,s in o['trained'].items())]
            for o in sorted(facts, key=lambda o: o['notebook'])]
    rows.append([f'{len(facts)} notebooks', f"{sum(o['seconds'] for o in facts):.1f}", str(sum(o['cells'] for o in facts)), str(sum(o['tests'] for o in facts)), '', ''])
    widths = [max(map(len, o)) for o in zip(HEAD, *rows)]
    def line(row): return '| ' + ' | '.join(o.rjust(w) if 1 <= i <= 3 else o.ljust(w) for i,(o,w) in enumerate(zip(row, widths))) + ' |'
    rule = '|' + '|'.join('-'*(w+1) + (':' if 1 <= i <= 3 else '-') for i,w in enumerate(widths)) + '|'
    return [f"Notebooks on {' and '.join(sorted({o['on'] for o in facts}))}:", '', line(HEAD), rule, *map(line, rows)]
