"Checks on the checks: each rule lets a good notebook pass, and finds what it is for"
import copy, os
from pathlib import Path
from types import SimpleNamespace

import nbformat, pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import rules
from common import ROOT, copy_repo, settings, tool
from conftest import summary
from running import run_notebook
from test_project import foreign_addresses, uphill
from test_reading import link_problems

def text(source, kind='-'): return new_markdown_cell(source, metadata={'slideshow': {'slide_type': kind}})

def code(source, *outputs): return new_code_cell(source, outputs=list(outputs), metadata={'slideshow': {'slide_type': 'skip'}})

def html(source): return new_output('display_data', {'text/html': source})

def printed(words): return new_output('stream', name='stdout', text=words)

def book(*more):
    "A good notebook, and what is put at its end"
    return new_notebook(metadata={'rise': {}}, cells=[text('# Bird\n> What it is'), text('## See'), text('Look: ![a bird](bird.png)'), code('bird', printed('robin')), *more])

def problems(rule, nb): return '\n'.join(rule(nb))

def words(rule): return lambda nb: rule(rules.markdown(nb))

def order(nb): return rules.heading_order([level for level,_ in rules.headings(rules.markdown(nb))])

def spelt_in_code(nb): return [o for _,c in rules.cells(nb, 'code') for o in rules.misspelt(rules.remarks(c.source))]

figure = new_output('display_data', {'image/png': 'AA'})

CASES = [
    (rules.title, new_notebook(cells=[text('# Bird')]), 'subtitle'),
    (rules.title, new_notebook(cells=[code('1')]), 'cell 1'),
    (rules.heading_cells, book(text('### Bees\nand more')), 'cell 5'),
    (order, book(text('#### Deep')), 'jumps from level 2 to level 4'),
    (order, book(text('# Another')), '2 headings of level 1'),
    (words(rules.alt_text), book(text('![](bee.png)')), 'bee.png has no alt text'),
    (words(rules.alt_text), book(text('<img src="bee.png" alt="">')), 'bee.png'),
    (words(rules.alt_text), book(text('<svg role="img"><path d="M0 0"/></svg>')), 'neither <title> nor aria-label'),
    (words(rules.misspelt), book(text('a brid')), 'brid'),
    (words(rules.misspelt), book(text('its favorite color')), 'favorite\ncolor'),
    (spelt_in_code, book(code('x = 1 # the frist bird')), 'frist'),
    (spelt_in_code, book(code('def f():\n    "Sees a brid"')), 'brid'),
    (rules.figures_in_words, book(code('plot()', figure), code('plot()', figure)), 'cell 6'),
    (rules.figures_in_words, book(text('## More'), code('plot()', figure)), 'cell 6'),
    (rules.slide_types, book(text('Bees', None)), 'cell 5'),
    (rules.slide_types, new_notebook(cells=[text('# Bird')]), 'no "rise"'),
    (rules.stored_outputs, book(code('1/0', new_output('error', ename='ZeroDivisionError', evalue='division by zero'))), 'cell 5: an error is stored, ZeroDivisionError'),
    *((rules.stored_outputs, book(code('where', printed(f"Path('{o}')"))), f'cell 5: a folder of one machine is stored: {o[:8]}')
      for o in ('/home/ann/x', '/tmp/x.jpg', '/Users/ann/bird.jpg', 'C:\\Users', 'file:///data/x', '/private/var/x')),
    (rules.stored_outputs, book(code('look', html('<p>saved in /root/models</p>'))), '/root/models'),
    (rules.stored_outputs, book(code('look', html('<img src="data:image/png;base64,AA">'))), 'no alt text'),
    (rules.stored_outputs, book(code('plot', new_output('display_data', {'image/png': 'A'*200_000}))), 'more than 200'),
]

@pytest.mark.parametrize('rule, nb, expected', CASES)
def test_a_rule_finds_what_it_is_for(rule, nb, expected):
    assert problems(rule, book()) == ''
    assert expected in problems(rule, nb)

def test_what_only_looks_wrong_is_let_pass():
    innocent = book(text('```\n# not a heading\n![](not-a-picture)\n[x](not/a/link)\n```\n`![](x.png)`'),
                    code('links', html('<a href="https://x.org/home/tmp/">and/or</a></div>'), printed('photos/tmp/a.jpg, ~/.fastai, 3/4/5')))
    for rule in (order, rules.heading_cells, words(rules.alt_text), rules.stored_outputs): assert problems(rule, innocent) == ''
    assert rules.links(innocent.cells[-2].source) == []

def test_code_names_and_formulas_are_not_spelt():
    innocent = '`brid` PyTorch CSV resnet18 x.py a/brid [a bird](brid.md) $brid$ https://brid.org <brid> pip -qqq nbs/brid _brid colour neighbour\'s e.g. ImageNet\'s'
    assert rules.misspelt(innocent + ' Kaggle\'s fastai', ['kaggle', 'fastai']) == []
    assert rules.misspelt('The brid’s **brid**, half-brid: brid!') == ['brid’s', 'brid']

def test_a_figure_may_follow_the_code_that_makes_it():
    assert problems(rules.figures_in_words, book(code('x = 1'), code('plot()', figure), text('And again:'), code('plot()', figure))) == ''

SEEN = new_notebook(cells=[code('import os'), code('assert os'), code('#| gpu\nassert gpu')])
SEEN.cells[0].id, SEEN.cells[1].id, SEEN.cells[2].id = 'import', 'test', 'gpu'

@pytest.mark.parametrize('times, flags, expected', [
    ({'import': 1.}, '', 'cell 2 did not run'), ({'import': 1.}, '', 'none of them with a test'), ({'import': .001, 'test': .001}, '', 'over in 0.002 s'),
    ({'import': 1., 'test': 1.}, 'gpu', 'cell 3 did not run'), ({}, '', '0 cells ran')])
def test_a_notebook_that_did_not_really_run_is_noticed(times, flags, expected):
    assert list(rules.did_run(SEEN, {'import': 1., 'test': .1})) == []
    assert expected in '\n'.join(rules.did_run(SEEN, times, flags))

def test_training_elsewhere_is_noticed():
    lesson = book(code('learn.fine_tune(3)'))
    assert list(rules.trained_there(book(), {}, 'cuda')) == list(rules.trained_there(lesson, {'cpu': 1, 'cuda': 2}, 'cuda')) == []
    assert 'not use the device cuda, but cpu' in problems(lambda nb: rules.trained_there(nb, {'cpu': 1}, 'cuda'), lesson)
    assert 'nothing that fastai' in problems(lambda nb: rules.trained_there(nb, {}, 'cuda'), lesson)

def test_a_run_is_told_as_it_was(tmp_path):
    made = new_notebook(cells=[code('from fastai.test_utils import synth_learner'), code('synth_learner().fit(1)'), code('#| gpu\n1/0')])
    nbformat.write(made, copy_repo(tmp_path, without=['data'])/'nbs'/'made.ipynb')
    wrong, facts = run_notebook(Path('nbs/made.ipynb'), tmp_path)
    assert 'none of them with a test' in wrong[0] and (facts['cells'], facts['tests'], list(facts['trained'])) == (2, 0, ['cpu'])
    assert 'ZeroDivisionError' in run_notebook(Path('nbs/made.ipynb'), tmp_path, 'gpu')[0][0]

def test_without_a_gpu_one_sentence_says_what_to_do():
    done = tool('python', '-m', 'pytest', '-q', ROOT/'tests'/'gpu.py', cwd=ROOT, env={**os.environ, 'CUDA_VISIBLE_DEVICES': '', 'DEVICE': 'cuda'})
    said = [o for o in done.stdout.splitlines() if o.startswith('!')]
    assert done.returncode == 1 and len(said) == 1 and 'finds no GPU' in said[0] and 'make test-gpu DEVICE=cpu' in said[0], done.stdout

def test_the_summary_names_every_notebook_and_how_many_checks_ran_side_by_side():
    facts = dict(notebook='nbs/bee.ipynb', on='a GPU', seconds=2., cells=5, tests=3, slow=[[1.5, 'cell 2: fit'], [.25, 'cell 1: import']], slowest='1.5 s, cell 2: fit', trained={'cuda': 1.25})
    ran = [SimpleNamespace(duration=4., node=SimpleNamespace(gateway=SimpleNamespace(id=o)), user_properties=[('notebook', facts)] if o == 'gw0' else [('wheel', '3 MB')])
           for o in ('gw0', 'gw1')]
    told = '\n'.join(summary(ran, 5))
    for o in ('2 checks, 2 at a time: 8 s of work in 5 s', 'on a GPU:', '| nbs/bee.ipynb |', '2.0 |', '1. 1.5 s, nbs/bee.ipynb, cell 2: fit', '2. 0.2 s, nbs/bee.ipynb, cell 1: import', '1.2 s on cuda', '- wheel: 3 MB'): assert o in told, told

def test_outputs_must_be_stored_where_running_shows_something():
    run = book(code('bees', printed('bees')), code('x = 1', new_output('stream', name='stderr', text='a warning')))
    stored = copy.deepcopy(run)
    assert problems(lambda nb: rules.stale_outputs(nb, run), stored) == ''
    stored.cells[4].outputs = []
    assert 'cell 5: nothing is stored' in problems(lambda nb: rules.stale_outputs(nb, run), stored)

def test_links_and_anchors_are_found():
    assert rules.links('[![a bird](b.png)](c.md#d) <a href="e.html">\n[f]: g.md') == ['b.png', 'c.md#d', 'g.md', 'e.html']
    assert {'is-it-a-bird', 'is-it-a-bird-1', 'Is-it-a-bird?', 'use-resnet18'} <= rules.anchors('# Is it a bird?\n## Is it a bird?\n## Use `resnet18`')

def test_links_that_lead_nowhere_are_found():
    ours = f'https://colab.research.google.com/github/{settings()["repository"]}/blob/main'
    good = f'[a](../settings.ini) [b](../nbs) [c](https://x.org/y.md#z) [d](../README.md) [e]({ours}/nbs/helpers/setup.ipynb)'
    bad = f'[a](settings.ini) [b](../README.md#no-such-heading) [c]({ours}/nbs/no.ipynb)'
    assert list(link_problems(Path('bench/README.md'), good)) == []
    found = list(link_problems(Path('bench/README.md'), bad))
    assert len(found) == 3 and 'bench/settings.ini' in found[0] and 'heading' in found[1] and 'nbs/no.ipynb' in found[2]

def test_code_is_counted_as_a_reader_sees_it():
    nb = book(code('#| export\n\ndef f(x): return x'), code('%time f(1)\ntest_eq(f(1), 1)'), code("with test(): assert f(2) == 2"), code('#| default_exp bird'))
    assert rules.cell_numbers([nb]) == (1, 2/4, 3/4)
    assert rules.is_test('for o in x: test_fail(o)') and not rules.is_test('"assert this"; latest_eq(1)')

def test_imports_are_found_wherever_they_stand():
    assert rules.imports('import a.b, c\ndef f(): from d import e\nfrom .g import h\nfrom . import i') == {'a.b', 'c', 'd.e', '.g.h', '.i'}

def test_foreign_addresses_are_found():
    ours = 'git+https://github.com/ann/bird.git https://colab.research.google.com/github/ann/bird/blob/main/x.ipynb https://github.com/fastai/fastai'
    assert foreign_addresses(ours, 'ann/bird') == []
    theirs = ours.replace('ann', 'bob') + ' https://kaggle.com/kernels/welcome?src=https://github.com/ann/bee/blob/main/x.ipynb'
    assert foreign_addresses(theirs, 'ann/bird') == ['ann/bee', 'bob/bird']

@pytest.mark.parametrize('arrows, expected', [
    ({'setup': {'bird'}}, 'setup imports bird, which stands above it'),
    ({'bird': {'collab'}}, 'no lesson imports another'),
    ({'search': {'photos'}, 'photos': {'search'}}, 'photos imports itself')])
def test_arrows_go_one_way(arrows, expected):
    layer = lambda o: dict(setup=0, bird=2, collab=2, cli=3).get(o, 1)
    assert not list(uphill({'cli': {'bird'}, 'bird': {'photos'}, 'photos': {'search', 'setup'}}, layer))
    assert expected in '\n'.join(uphill(arrows, layer))
