"""What changes without us, and so is asked every night: what Kaggle and Colab have preinstalled, real data, other people's links.
It needs a network; `make platforms` and `make nightly` run it"""
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from common import *
from places import COLAB, KAGGLE, KAGGLE_OFF, Alone, Place
import rules
from test_reading import own_file, text_of

# What the platforms had in August 2026; Kaggle's image is built on Colab's. A night that finds something else says so: change the line, run `make platforms`
BOTH = ['matplotlib==3.10.0', 'numpy==2.0.2', 'pandas==2.2.2', 'pillow==11.3.0']
PREINSTALLED = {'Kaggle': ['fastai==2.8.7', 'fastcore<2', *BOTH], 'Colab': ['fastai==2.8.8', 'fastcore==2.2.12', *BOTH], 'the latest': ['fastai', 'fastcore']}
SITUATIONS = [('Kaggle', KAGGLE), ('Kaggle', KAGGLE_OFF), ('Colab', COLAB), ('the latest', COLAB)]

def new_environment(folder, packages):
    "A Python whose own packages are these; all others are this one's, the checkout left out. Returns its path"
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    site = next(folder.glob('[Ll]ib/**/site-packages'))
    (site/'others.pth').write_text('\n'.join(o for o in sys.path if o.endswith('site-packages')))
    python = folder/'bin'/'python'
    subprocess.run([python, '-m', 'pip', 'install', '-qqU', '--no-warn-conflicts', *packages], check=True)
    quarrel = site/'quarrel-1.0.dist-info'  # as on every platform, somebody else's package will not like what pip changes
    quarrel.mkdir()
    (quarrel/'METADATA').write_text('Metadata-Version: 2.1\nName: quarrel\nVersion: 1.0\nRequires-Dist: fastcore<1\n')
    return python

def versions(python):
    "Which version of what this Python finds"
    code = 'import importlib.metadata as m; print(*(f"{o.name} {o.version}" for o in reversed(list(m.distributions()))), sep="\\n")'
    return dict(o.split(' ') for o in subprocess.check_output([python, '-c', code], text=True).splitlines())

def changes(before, after):
    "What became of which package, in words"
    return [f'{o} {before.get(o, "new")} → {after[o]}' for o in sorted(after) if before.get(o) != after[o]]

@each_lesson
@pytest.mark.parametrize('name, place', SITUATIONS, ids=[f'{name} {"on" if place.online else "off"}line' for name,place in SITUATIONS])
def test_a_lesson_runs_over_what_a_platform_has_preinstalled(name, place, path, wheel, tmp_path, record_property):
    python = new_environment(tmp_path/'python', PREINSTALLED[name])
    before, nb = {k: v for k,v in versions(python).items() if k != settings()['lib_name']}, read(path)
    check(Alone(tmp_path, place, wheel, python).run(nb, path.name), path)
    record_property(f'{path.stem} over {name} {"on" if place.online else "off"}line (fastai {before["fastai"]}, fastcore {before["fastcore"]}), pip changed',
                    ', '.join(changes(before, versions(python))))

def fetch(url, **kwargs):
    with urlopen(Request(url, headers={'User-Agent': f'Mozilla/5.0 (link check of {settings()["repository"]})'}, **kwargs), timeout=30) as answer: return answer.read()

def differing(listed, seen):
    "Which of `seen`, such as `fastai==2.8.8`, is not in a list like that of pip freeze; and what is there instead"
    lines = [o.replace(' ', '') for o in listed.splitlines()]
    for o in seen:
        instead = [line for line in lines if re.split('[<=>]', line)[0] == re.split('[<=>]', o)[0]]
        if o not in lines: yield f'{o} is not in its list any more, but {instead}'

def test_colab_has_what_we_think():
    listed = fetch('https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.txt').decode()
    check(differing(listed, PREINSTALLED['Colab']), 'Colab', 'change PREINSTALLED in tests/nightly.py and run make platforms')

def test_kaggle_still_holds_fastcore_back():
    listed = fetch('https://raw.githubusercontent.com/Kaggle/docker-python/main/kaggle_requirements.txt').decode()
    check(differing(listed, ['fastcore<2']), 'Kaggle', 'change PREINSTALLED in tests/nightly.py and run make platforms')

@each_lesson
def test_a_lesson_runs_with_real_data(path, wheel, tmp_path):
    check(Alone(tmp_path, Place('this computer', {'WHOLEGAME_DATA': 'real'}), wheel, offline=False).run(read(path), path.name), path)

def dead(url):
    "Why nobody gets to see this page; None if somebody does. Some servers turn programs away (401, 403, 405, 429, 999), and say with that that the page is there"
    try: fetch(url)
    except HTTPError as e: return None if e.code in (401, 403, 405, 429, 999) else f'{url} answers {e.code} {e.reason}'
    except OSError as e: return f'{url} does not answer: {e}'

def outer_links(path): return {o for o in rules.links(text_of(path)) if o.startswith(('http://', 'https://')) and not own_file(o)}

def test_links_to_others_still_lead_somewhere(record_property):
    found = sorted(set().union(*map(outer_links, NOTEBOOKS + PAGES)))
    with ThreadPoolExecutor(16) as pool: problems = list(filter(None, pool.map(dead, found)))
    record_property('links to others', len(found))
    check(problems)
