"""What takes long, or changes without us, and so is asked every night, over a network: all that nbdev-test leaves out
by day, all decks live, two processes, Kaggle's and Colab's packages, real data, other people's links"""
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from common import *
from places import COLAB, KAGGLE, KAGGLE_OFF, Alone, Place
from running import nbdev_test
from test_reading import own_file, words_of
from read_site import *
from test_cups import corner_leaves_marks as test_a_corner_of_the_live_slides_leaves_marks
from test_slides import run_live
import rules

@each(NOTEBOOKS)
def test_a_notebook_runs_in_full_under_nbdev_test(path, tmp_path, record_property):
    wrong, told = nbdev_test(path, copy_files(tmp_path), 'nightly')
    record_property('notebook', told)
    check(wrong, path)

@each(LESSONS)
def test_every_deck_works_live(path, browser, lab): run_live(path, browser, lab)

# What the platforms had in August 2026; Kaggle's image is built on Colab's.
# A night that finds something else says so: change the line, run `make platforms`
BOTH = ['matplotlib==3.10.0', 'numpy==2.0.2', 'pandas==2.2.2', 'pillow==11.3.0']
PREINSTALLED = {'Kaggle': ['fastai==2.8.7', 'fastcore<2', *BOTH], 'Colab': ['fastai==2.8.8', 'fastcore==2.2.12', *BOTH],
                'the latest': ['fastai', 'fastcore']}
SITUATIONS = [('Kaggle', KAGGLE), ('Kaggle', KAGGLE_OFF), ('Colab', COLAB), ('the latest', COLAB)]

def new_environment(folder, packages):
    "A Python whose own packages are these; all others are this one's, the checkout left out. Returns its path"
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    site, python = next(folder.glob('[Ll]ib/**/site-packages')), folder/'bin'/'python'
    (site/'others.pth').write_text('\n'.join(o for o in sys.path if o.endswith('site-packages')))
    subprocess.run([python, '-m', 'pip', 'install', '-qqU', '--no-warn-conflicts', *packages], check=True)
    return python

@each(LESSONS)
@pytest.mark.parametrize('name, place', SITUATIONS, ids=[f'{name}, {place}' for name,place in SITUATIONS])
def test_a_lesson_runs_over_what_a_platform_has_preinstalled(name, place, path, wheel, tmp_path):
    python = new_environment(tmp_path/'python', PREINSTALLED[name])
    check(Alone(tmp_path, place, wheel, python).run(read(path), path.name), path)

def fetch(url):
    agent = {'User-Agent': f'Mozilla/5.0 (link check of {facts()["repository"]})'}
    with urlopen(Request(url, headers=agent), timeout=30) as answer: return answer.read()

@pytest.mark.parametrize('name, url, seen', [
    ('Colab', 'googlecolab/backend-info/main/pip-freeze.txt', PREINSTALLED['Colab']),
    ('Kaggle', 'Kaggle/docker-python/main/kaggle_requirements.txt', ['fastcore<2'])])
def test_a_platform_has_what_we_think(name, url, seen):
    listed = [o.replace(' ', '') for o in fetch(f'https://raw.githubusercontent.com/{url}').decode().splitlines()]
    def instead(o): return [line for line in listed if re.split('[<=>]', line)[0] == re.split('[<=>]', o)[0]]
    check([f'{o} is not in its list any more, but {instead(o)}' for o in seen if o not in listed], name,
          'change PREINSTALLED in tests/nightly.py and run make platforms')

@each(LESSONS)
def test_a_lesson_runs_with_real_data(path, wheel, tmp_path):
    real = Place('this computer', {'WHOLEGAME_DATA': 'real'})
    check(Alone(tmp_path, real, wheel, offline=False).run(read(path), path.name), path)

def dead(url):
    "Why nobody gets to see this page; None if somebody does. Who turns programs away says that it is there"
    try: fetch(url)
    except HTTPError as e: return None if e.code in (401, 403, 405, 429, 999) else f'{url} answers {e.code} {e.reason}'
    except OSError as e: return f'{url} does not answer: {e}'

def test_links_to_others_still_lead_somewhere(record_property):
    found = {o for path in NOTEBOOKS + PAGES for o in rules.links(words_of(path))}
    urls = sorted(o for o in found if o.startswith('http') and not own_file(o))
    with ThreadPoolExecutor(16) as pool: problems = list(filter(None, pool.map(dead, urls)))
    record_property('links to others', len(urls))
    check(problems)

def test_two_processes_learn_what_one_learns(tmp_path, record_property):
    launch = ['-m', 'accelerate.commands.launch', '--multi_gpu', '--num_processes=2', '--num_machines=1',
              '--mixed_precision=no', '--dynamo_backend=no', '--main_process_port=0']
    def error(*how):
        "Train on every other drawing; returns the error, which the model's card says"
        done = tool('python', *how, ROOT/'examples'/'distributed.py', 'photos', '--size', '64', cwd=tmp_path)
        assert done.returncode == 0, done.stdout
        card = json.loads((tmp_path/'models'/'bird'/'model.json').read_text())
        shutil.rmtree(tmp_path/'models')
        return card['metrics']['error_rate']
    for cls in 'bird', 'forest':
        (tmp_path/'photos'/cls).mkdir(parents=True)
        for o in sorted((ROOT/'data'/'birds_or_forest'/cls).glob('*.jpg'))[::2]: shutil.copy(o, tmp_path/'photos'/cls)
    one, two = error(), error(*launch)
    record_property('examples/distributed.py', f'error {one:.3f} with one process, {two:.3f} with two')
    assert max(one, two) < .25 and abs(one - two) <= .1, 'neither guesses; four photos of 40 are chance'

# What lesson 8 computes, by the libraries that are known for it
OTHERS = {'pyts': '''
import numpy as np
from pyts.image import GramianAngularField, RecurrencePlot
from wholegame.pictures import gramian, recurrence
rng = np.random.default_rng()
for n in 2, 5, 96, 500:
    series = rng.normal(size=(10, n))*10**rng.uniform(-3, 3, (10, 1)) + rng.normal(0, 100, (10, 1))
    series[0], series[1] = 7, np.arange(n)
    for ours,theirs in (recurrence, RecurrencePlot()), (gramian, GramianAngularField(method='summation')):
        for one,expected in zip(series, theirs.fit_transform(series)):
            off = abs(ours(one) - expected).max()
            if off > 1e-6: print(f'{ours.__name__} of {n} numbers, {one[:5].tolist()} …, is off by {off}')
''', 'librosa': '''
import librosa, numpy as np
from wholegame.pictures import mel_filters, mel_spectrogram
from wholegame.sounds import make_sound
how = dict(sr=22050, n_fft=2048, htk=True, norm=None)
off = abs(librosa.filters.mel(n_mels=128, **how) - mel_filters()).max()
if off > 1e-6: print(f'the filters are off by {off}')
for kind in 'bird', 'crickets', 'engine', 'rain', 'tap':
    for window in 256, 1024, 2048:
        wave = make_sound(kind, int(np.random.default_rng().integers(1e6)))
        ours, theirs = mel_spectrogram(wave, window), librosa.feature.melspectrogram(
            y=wave, hop_length=256, win_length=window, pad_mode='reflect', **how)
        theirs = 10*np.log10(theirs + 1e-10)
        off = abs(ours - theirs)[theirs > theirs.max() - 80].max()
        if off > .01: print(f'{kind}, window {window}: off by {off} decibels')
'''}

@pytest.mark.parametrize('package', OTHERS)
def test_a_picture_is_what_others_make_of_the_same_numbers(package, tmp_path, record_property):
    python = new_environment(tmp_path/'python', [package])
    done = subprocess.run([python, '-W', 'ignore', '-c', OTHERS[package]], cwd=ROOT, capture_output=True, text=True)
    check([*done.stdout.splitlines(), *([done.stderr] if done.returncode else [])])
