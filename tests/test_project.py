"Each fact stands in one place, and what is written about the project is so"
from functools import cache
from importlib.metadata import distribution

from common import *
import rules

MODULES = {o.stem: (ROOT/o).read_text(encoding='utf-8') for o in FILES if o.parent.name == 'wholegame' and o.suffix == '.py'}

def lines(key): return settings()[key].split('\n')[1:]

def sources(path):
    "The text of a page, or of all cells of a notebook"
    return '\n'.join(c.source for c in read(path).cells) if path.suffix == '.ipynb' else (ROOT/path).read_text(encoding='utf-8')

# Facts

def test_pyproject_and_settings_agree():
    project = dict(re.findall(r'^(name|requires-python) *= *"(.*)"', (ROOT/'pyproject.toml').read_text(encoding='utf-8'), re.M))
    assert project['name'] == settings()['lib_name'], 'the names in pyproject.toml and settings.ini differ'
    assert project['requires-python'] == settings()['python_requires'], 'the Python versions in pyproject.toml and settings.ini differ'

def foreign_addresses(text, repository):
    "Addresses for opening, installing and cloning that do not name this repository"
    forms = r'(?:colab\.research\.google\.com/github/|kernels/welcome\?src=https://github\.com/|git\+https://github\.com/|git clone (?:https://github\.com/|git@github\.com:))'
    found = re.findall(forms + r'([\w.-]+/[\w.-]+)', text) + re.findall(rf'github\.com/([\w.-]+/{repository.split("/")[1]})\b', text)
    return sorted({o for o in (f[:-4] if f.endswith('.git') else f for f in found) if o != repository})

@each_text
def test_badges_and_installs_use_the_repository_of_settings(path):
    check([f'{o} stands in an address' for o in foreign_addresses(sources(path), settings()['repository'])], path,
          f'settings.ini says that the repository is {settings()["repository"]}')

def test_the_readme_names_only_make_targets_that_exist():
    code = ' '.join(re.findall(r'```.*?```|`[^`\n]+`', (ROOT/'README.md').read_text(encoding='utf-8'), re.S))
    targets = set(re.findall(r'^([a-z-]+):', (ROOT/'Makefile').read_text(), re.M))
    check([f'README.md says "make {o}", and the Makefile has no such target' for o in sorted(set(re.findall(r'\bmake ([a-z-]+)', code)) - targets)])

# Requirements

OPTIONAL = {'duckduckgo_search'}  # what ddgs was called before: used where somebody has it already
INDIRECT = {'timm'}               # fastai imports it, when the name of an architecture is timm's

@cache
def provided(requirement):
    "Names of the modules that a requirement installs"
    name = re.match(r'[\w.-]+', requirement)[0]
    return {o.parts[0].split('.')[0] for o in distribution(name).files or []}

def top_imports(source): return {o.split('.')[0] for o in rules.imports(source)} - {'', '__future__'}

def undeclared(names, requirements):
    "Which of these modules does no requirement install?"
    return sorted(names - set(sys.stdlib_module_names) - {'wholegame', 'wholegame_data'} - OPTIONAL - set().union(*map(provided, requirements)))

def in_cells(path): return set().union(*(top_imports(c.source) for _,c in rules.cells(read(path), 'code')))

def test_what_the_package_imports_is_required():
    check([f'wholegame/{m}.py imports {o}' for m,source in MODULES.items() for o in undeclared(top_imports(source), lines('requirements'))],
          todo='add it to requirements in settings.ini')

def test_what_notebooks_and_tests_import_is_required_at_least_of_developers():
    files = [o for o in FILES if o.parts[0] in ('tests', 'tools') and o.suffix == '.py']
    here = {o.stem for o in files}
    imported = {**{o: in_cells(o) for o in NOTEBOOKS}, **{o: top_imports((ROOT/o).read_text(encoding='utf-8')) - here for o in files}}
    check([f'{path} imports {o}' for path,names in imported.items() for o in undeclared(names, lines('requirements') + lines('dev_requirements'))],
          todo='add it to dev_requirements in settings.ini')

def test_what_is_required_is_used():
    used = set().union(INDIRECT, *map(top_imports, MODULES.values()), *map(in_cells, NOTEBOOKS))
    check([f'settings.ini requires {o}, and nothing imports it' for o in lines('requirements') if not provided(o) & used])

# Layers

def origin(module):
    "The notebook that a module comes from"
    found = re.search(r'File to edit: (?:\.\./)*(\S+)\.$', MODULES[module], re.M)
    return found and Path(found[1])

def layer(module): return {'setup': 0, 'archives': 0, 'cli': 3}.get(module, 2 if origin(module) in LESSONS else 1)

def own_imports(module):
    "The modules of the package that this one imports"
    names = [o[1:] if o.startswith('.') else o[len('wholegame.'):] for o in rules.imports(MODULES[module])
             if o.startswith(('.', 'wholegame.'))]
    return {o.split('.')[0] for o in names} & MODULES.keys()

def uphill(arrows, layer):
    "Arrows that go up, go between lessons, or close a ring"
    def reaches(a, b, seen=()): return any(o == b or (o not in seen and reaches(o, b, (*seen, o))) for o in arrows.get(a, ()))
    for a,targets in arrows.items():
        for b in sorted(targets):
            if layer(b) > layer(a): yield f'{a} imports {b}, which stands above it'
            elif layer(a) == layer(b) == 2: yield f'{a} imports {b}: no lesson imports another'
        if reaches(a, a): yield f'{a} imports itself, by way of others'

def test_modules_import_only_what_stands_below_them():
    check(uphill({o: own_imports(o) for o in MODULES if origin(o)}, layer), todo='setup <- helpers <- lessons <- cli')

def heavy_after(code):
    "Which of the slow libraries does this code load?"
    probe = f'import sys\n{code}\nprint([o for o in ("torch", "torchvision", "fastai", "matplotlib", "timm") if o in sys.modules])'
    done = tool('python', '-c', probe)
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()[-1]

@pytest.mark.parametrize('module', ['setup', 'search', 'photos', 'cli'])
def test_the_command_line_starts_without_the_slow_libraries(module):
    assert heavy_after(f'import wholegame.{module}') == '[]', f'importing wholegame.{module} loads them: import inside the functions that need them'

def test_asking_a_model_loads_pytorch_and_nothing_above_it():
    assert heavy_after('import wholegame.predict') == "['torch']", 'wholegame predict would start slowly: import what trains inside the functions that need it'

def test_help_does_not_load_the_slow_libraries():
    assert heavy_after('from wholegame.cli import main\nsys.argv = ["wholegame", "--help"]\ntry: main()\nexcept SystemExit: pass') == '[]'

def test_help_takes_less_than_half_a_second(record_property):
    before = os.times()
    done = tool('wholegame', '--help')
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    record_property('wholegame --help', f'{spent:.2f} s of processor time')
    assert done.returncode == 0 and 'train' in done.stdout and spent < .5
