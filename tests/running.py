"Notebooks run as nbdev-test runs them, and what there is to tell of it"
import json
from collections import Counter

from common import *
import rules

def shown(source):
    "The first line of code, short enough for a table"
    line = next((o.strip() for o in rules.code_lines(source)), '')
    return (line if len(line) <= 40 else f'{line[:39]}…').replace('|', '¦')

def run_notebook(path, folder, flags='', env=None, on='the processor, with the drawn sample'):
    "Run a notebook of the copy in `folder`; returns (what went wrong, what there is to tell)"
    report = folder/'trained.json'
    done = tool('python', ROOT/'tests'/'watch.py', path, flags, report, cwd=folder, env=env)
    nb, times, trained = nbformat.read(folder/path, 4), dict(re.findall(rf'^{re.escape(path.name)}:(\S+): ([\d.]+)s$', done.stdout, re.M)), Counter()
    times = {k: float(v) for k,v in times.items()}
    for device,seconds in json.loads(report.read_text()) if report.exists() else []: trained[device] += seconds
    ran = {i: c for i,c in rules.cells(nb, 'code') if c.id in times}
    slowest = max(ran, key=lambda i: times[ran[i].id], default=None)
    facts = dict(notebook=str(path), on=on, seconds=sum(times.values()), cells=len(ran), tests=sum(rules.tests(c.source) for c in ran.values()), trained=dict(trained),
                 slowest=f'{times[ran[slowest].id]:.1f} s, cell {slowest}: {shown(ran[slowest].source)}' if ran else '')
    if done.returncode: return [f'nbdev-test fails:\n{done.stdout}'], facts
    return list(rules.did_run(nb, times, flags)), facts

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
