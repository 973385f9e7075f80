"The example for several GPUs: two processes on the processor learn what one learns"
import json

from common import *
from wholegame.models import read_model

# Runs the example, and writes down for each process which photos it trained on in each epoch, its steps, and the weights that it ended with
WATCHED = '''
import json, sys
from hashlib import sha256
from fastai.vision.all import *
sys.path.insert(0, sys.argv[1])
from distributed import DistributedDL, main

shares = []
@patch
def get_idxs(self:DistributedDL, original=DistributedDL.get_idxs):
    idxs = original(self)
    if self.dl.shuffle: shares.append(idxs)
    return idxs

class Watch(Callback):
    steps = 0
    def after_step(self): Watch.steps += 1
    def after_fit(self):
        weights = sha256(b''.join(o.detach().numpy().tobytes() for o in self.model.parameters())).hexdigest()
        Path(f'process_{rank_distrib()}.json').write_text(json.dumps(dict(steps=self.steps, weights=weights, shares=shares)))

defaults.callbacks.append(Watch)
defaults.cpus = 0
set_seed(42)
main(Path('photos'), out='model', epochs=3, size=64)
'''

N = 200     # photos, of which 40 are for checking
NOISE = .1  # four of them; six runs of one process without a seed had errors from .075 to .125

def make_place(folder):
    "A folder with the program, and with every other drawing"
    for cls in ('bird', 'forest'):
        (folder/'photos'/cls).mkdir(parents=True)
        for o in sorted((ROOT/'data'/'birds_or_forest'/cls).glob('*.jpg'))[::400//N]: shutil.copy(o, folder/'photos'/cls)
    (folder/'watched.py').write_text(WATCHED)
    return folder

def start(folder, *launcher):
    "Start the example in `folder`"
    env = {**os.environ, 'OMP_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}
    return subprocess.Popen([BIN/'python', *launcher, 'watched.py', ROOT/'examples'], cwd=make_place(folder), env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

def run_both(one, two):
    "One process trains in the folder `one`, two processes in `two`, both at the same time"
    launch = ['-m', 'accelerate.commands.launch', '--multi_gpu', '--num_processes=2', '--num_machines=1', '--mixed_precision=no', '--dynamo_backend=no', '--main_process_port=0']
    running = [start(one), start(two, *launch)]
    said = [o.communicate(timeout=300)[0] for o in running]
    for o,text in zip(running, said): assert o.returncode == 0, text

def told(folder, process): return json.loads((folder/f'process_{process}.json').read_text())
def error(folder): return json.loads((folder/'model'/'model.json').read_text())['metrics']['error_rate']

def test_two_processes_learn_what_one_learns(tmp_path, record_property):
    one, two = tmp_path/'one', tmp_path/'two'
    run_both(one, two)
    alone, first, second = told(one, 0), told(two, 0), told(two, 1)

    assert not alone['shares'], 'one process shares with nobody'
    assert len(first['shares']) == len(second['shares']) == 4, 'fine_tune(3) has four epochs'
    for a,b in zip(first['shares'], second['shares']):
        assert len(a) == len(b) == N*4//10 and sorted(a + b) == list(range(N*8//10)), 'each process trains on its half of every epoch'
    assert alone['steps'] == first['steps'] == second['steps'] > 0
    assert first['weights'] == second['weights'] != alone['weights'], 'the two agree on every weight'

    record_property('examples/distributed.py', f'error {error(one):.3f} with one process, {error(two):.3f} with two')
    assert max(error(one), error(two)) < .25, 'neither guesses'
    assert abs(error(one) - error(two)) <= NOISE

    assert sorted(o.name for o in two.rglob('*') if o.is_file() and 'photos' not in o.parts and '__pycache__' not in o.parts) == \
        ['model.json', 'model.safetensors', 'process_0.json', 'process_1.json', 'watched.py'], 'one model is saved'
    state, card = read_model(two/'model', 'photo')
    assert card['classes'] == ['bird', 'forest'] and 'fc.weight' not in state and len(state) > 100
