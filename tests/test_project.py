"Each fact stands in one place, modules lean on those below them, and workflows are safe"
import ast, json, zipfile
from importlib.metadata import packages_distributions

from common import *
from running import tree

def lines(key): return facts()[key].split('\n')[1:]
def targets(): return set(re.findall(r'^([a-z-]+):', text('Makefile'), re.M))

# Facts
def test_pyproject_and_settings_agree():
    project = dict(re.findall(r'^(name|requires-python) *= *"(.*)"', text('pyproject.toml'), re.M))
    assert project == {'name': facts()['lib_name'], 'requires-python': facts()['python_requires']}

@each(PAGES)
def test_pages_name_only_make_targets_that_exist(path):
    code = ' '.join(re.findall(r'```.*?```|`[^`\n]+`', text(path), re.S))
    named = re.findall(r'(?:^|[`;&] *)make ([a-z-]+)', code, re.M)
    check([f'"make {o}" is not in the Makefile' for o in sorted({*named} - targets())], path)

def test_lines_fit_the_screen():
    files = [*MODULES, *(o for o in FILES if o.suffix == '.py' and o.parts[0] in ('tests', 'tools'))]
    check([f'{o}, line {i} has {len(line)} characters, more than 120' for o in files
           for i,line in enumerate(text(o).splitlines(), 1) if len(line) > 120 and '__all__' not in line])  # nbdev's

# Requirements
def imports(path):
    "What a notebook or a file imports, wherever the import stands: modules, and what is imported from them"
    found, code = set(), [c.source for _,c in cells(read(path), 'code')] if path.suffix == '.ipynb' else [text(path)]
    for o in (o for source in code for o in ast.walk(tree(source)) if isinstance(o, (ast.Import, ast.ImportFrom))):
        base = '.'*o.level + (f'{o.module}.' if o.module else '') if isinstance(o, ast.ImportFrom) else ''
        found.update(base + a.name for a in o.names)
    return found

def plain(name): return re.match(r'[\w.-]+', name)[0].lower().replace('_', '-')

def test_what_is_imported_is_required_and_what_is_required_is_imported():
    ours = [o for o in FILES if o.parts[0] in ('tests', 'tools') and o.suffix == '.py']
    known, providers = {*sys.stdlib_module_names, 'wholegame', *(o.stem for o in ours)}, packages_distributions()
    def packages(paths):
        "The requirements that one of these files imports, and the file"
        names = {o.split('.')[0]: path for path in paths for o in imports(path) if not o.startswith('google.colab')}
        return {plain(providers.get(o, [o])[0]): path for o,path in names.items() if o and o not in known}
    needed, extra, developers = ({*map(plain, lines(f'{o}requirements'))} for o in ('', 'cups_', 'dev_'))
    for paths,required in (MODULES, needed | extra), ([*NOTEBOOKS, *ours], needed | extra | developers):
        found = packages(paths).items()
        check([f'{path} imports {o}: settings.ini must require it' for o,path in found if o not in required])
    used = {'timm', *packages([*MODULES, *NOTEBOOKS])}  # fastai imports timm, for architectures that have its names
    check([f'settings.ini requires {o}, and nothing imports it' for o in needed - used])

# Modules: each imports only from groups before its own; no lesson imports another
LAYERS = [{'setup', 'speed', 'checks'}, {'fetch'}, {'search', 'photos', 'weights', 'quiz'},
          {'clean', 'sounds'}, {'pictures'}, {'models', 'exercises'},
          {'bird', 'segmentation', 'tabular', 'collab', 'diagrams', 'learning', 'cups'}, {'page', 'share'}, {'cli'}]
LAYER = {o: i for i,names in enumerate(LAYERS) for o in names}

@each(MODULES)
def test_a_module_imports_only_what_stands_below_it(path):
    assert path.stem in LAYER, f'{path} has no place in LAYERS of tests/test_project.py'
    ours = {o.split('.')[1] for o in imports(path) if o.startswith(('.', 'wholegame.'))} & set(LAYER)
    if path.stem == 'setup': ours -= {'weights'}  # imported when it is called: show_setup says which weights there are
    check([f'imports {o}, which does not stand below it' for o in sorted(ours) if LAYER[o] >= LAYER[path.stem]], path)

@pytest.mark.parametrize('module', ['setup', 'fetch', 'search', 'photos', 'clean', 'models', 'checks', 'cli'])
def test_what_collects_and_answers_starts_without_the_slow_libraries(module):
    slow = f'import sys, wholegame.{module}; print(*{{"torch", "fastai", "matplotlib", "timm"}} & {{*sys.modules}})'
    done = tool('python', '-c', slow, cwd=ROOT)
    assert done.stdout.strip() == '', f'{done.stdout}is imported: do that inside the functions that need it'

def test_the_wheel_holds_modules_samples_and_weights(wheel, record_property):
    packed = {o for o in zipfile.ZipFile(wheel).namelist() if '.dist-info/' not in o}
    ours = {re.sub('^data/', 'wholegame/data/', str(o)) for o in FILES if o.parts[0] in ('wholegame', 'data')}
    check([f'{o} is in the wheel only, or missing there' for o in sorted(packed ^ ours)[:9]])
    record_property('wheel', f'{Path(wheel).stat().st_size/1e6:.1f} MB, {len(packed)} files')

# Workflows, and the machine that Codespaces makes
WORKFLOWS = [o for o in FILES if o.parts[:2] == ('.github', 'workflows')]

@pytest.mark.parametrize('command', ['check-jsonschema --builtin-schema vendor.github-workflows',
                                     'zizmor --offline --persona pedantic --quiet'])
def test_workflows_are_well_formed_and_safe(command):
    done = tool(*command.split(), *(ROOT/o for o in WORKFLOWS))
    assert WORKFLOWS and done.returncode == 0, done.stdout

@each(WORKFLOWS)
def test_a_workflow_calls_what_exists_in_limited_time(path):
    found = text(path)
    check([f'make {o} is not in the Makefile' for o in {*re.findall(r'run: make (\S+)', found)} - targets()], path)
    times, jobs = (len(re.findall(o, found, re.M)) for o in (r'^    timeout-minutes:', r'^    runs-on:'))
    assert times == jobs, f'{path}: a job has no timeout-minutes'
    assert 'pull_request_target' not in found, f'{path} would run what a stranger sends, with our rights'

def test_the_pythons_that_we_promise_are_tested():
    image = json.loads(text('.devcontainer/devcontainer.json'))['image']
    pythons = facts()['python_requires'].strip('>='), image.rsplit(':', 1)[1].split('-')[0]
    check([f'add Python {o} to test.yml' for o in pythons if f"'{o}'" not in text('.github/workflows/test.yml')])
