"""What each lever of the recipe for weights does, one at a time, at a small part of its length.

    python bench/levers.py                  # judged by drawings
    python bench/levers.py --photos PHOTOS  # and by photos: PHOTOS/bird/…, PHOTOS/forest/…

All take the functions of lesson 5, begin with the same short time in the easy world (but for one), and go on for 400 steps. Then each network is left as it is, and the lesson's
judge, a logistic regression, learns birds and forests from 64 pictures and what the network reports of them: share of wrong answers on the others, average of twenty draws."""
import argparse, os, sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos')
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

import numpy as np, torch, torchvision
from fastcore.nbio import read_nb
from execnb.shell import CaptureShell
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from wholegame.bird import photo_files
from wholegame.setup import data_path

SHAPES, TEXTURES, SCENES, EASY, STEPS, LEARN = 400, 200, 15_000, 1000, 400, 64
torch.set_num_threads(1)
main, shell = sys.modules['__main__'], CaptureShell(Path('nbs'))
shell.run_all(read_nb('nbs/05_weights_without_photos.ipynb'), exc_stop=True)
sys.modules['__main__'] = main # the shell has put itself there
L = shell.user_ns # all names that the lesson defines; what is put there takes their place in its functions
sizes = SHAPES+1, TEXTURES

def draw_easy(): return np.stack([L['easy_pictures'](c, 40) for c in range(SHAPES)])

def draw_scenes():
    fractals = np.stack([L['fractal'](c) for c in range(SHAPES)])
    canvases = np.stack([[L['canvas'](c, i) for i in range(3)] for c in range(TEXTURES)])
    return L['draw_scenes'](fractals, canvases, SCENES)

def easy_world(model, easy, end): L['train'](model, lambda step: L['easy_batch'](easy, step, L['easy_stages']), partial(L['easy_lr'], end=end), end)

def school(easy):
    "The network that all others start from"
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=sum(sizes)).to(memory_format=torch.channels_last)
    easy_world(model, easy, EASY)
    return model.state_dict()

def scene_batch(step, seed=0, share=1., few_first=True, **kw):
    pics, shapes, textures = scenes
    n = int(SCENES*share)
    stages = [(0, TEXTURES//5), (STEPS//3, TEXTURES)] if few_first else [(0, TEXTURES)]
    return L['scene_batch']((pics[:n], shapes[:n], textures[:n]), step, stages, sizes, seed=seed, **kw)

def scenes_for(model, end=STEPS, change=lambda x, questions: (x, questions), **kw):
    L['train'](model, lambda step: change(*scene_batch(step, **kw)), partial(L['scene_lr'], end=end, warm=50), end)

def grey(x, questions): return x.mean(1, keepdim=True).expand(-1, 3, -1, -1), questions

def other_light(x, questions):
    "Each colour of each picture brighter or darker, with more or less contrast"
    return x*torch.empty(len(x), 3, 1, 1).uniform_(.6, 1.4) + torch.empty(len(x), 3, 1, 1).uniform_(-.4, .4), questions

def averaged(model):
    "The weights of the last hundred steps or so, averaged, in place of the last ones"
    average, step = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(.99), use_buffers=True), L['train_step']
    def step_and_average(*args):
        told = step(*args)
        average.update_parameters(model)
        return told
    with patch.dict(L, train_step=step_and_average): scenes_for(model)
    model.load_state_dict(average.module.state_dict())

def exact(model):
    with patch.dict(L, grade=partial(L['grade'], smooth=0)): scenes_for(model)

levers = {'nothing after the easy world': lambda m: None,
          'the easy world for 400 steps more, no scenes': lambda m: easy_world(m, easy, STEPS),
          'the recipe: scenes, two questions': scenes_for,
          'the same with other chance': partial(scenes_for, seed=1),
          'without the easy world before': scenes_for,
          'asked for shapes only': partial(scenes_for, change=lambda x, q: (x, q[:1])),
          'asked for textures only': partial(scenes_for, change=lambda x, q: (x, q[1:])),
          'all textures from the start': partial(scenes_for, few_first=False),
          'a tenth of the scenes, ten times as often': partial(scenes_for, share=.1),
          'windows of 64 pixels, 144 at a time': partial(scenes_for, bs=144, crop=64),
          'in grey': partial(scenes_for, change=grey),
          'colours and contrast changed at random': partial(scenes_for, change=other_light),
          'no smoothing of answers': exact,
          'weights averaged over steps': averaged,
          'twice as long': partial(scenes_for, end=2*STEPS)}

def judged(name):
    "Shares of wrong answers after pulling one lever"
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=sum(sizes)).to(memory_format=torch.channels_last)
    if 'without' not in name: model.load_state_dict(start)
    levers[name](model)
    return [L['probe_error'](L['features'](model, x), y, LEARN) for x,y in exams]

def exam(folder):
    files = photo_files(folder, ['bird', 'forest'])
    return np.stack([L['open_square'](o, 128) for o in files]), np.array([o.parent.name for o in files])

easy, scenes = draw_easy(), draw_scenes()
exams, names = [exam(o) for o in filter(None, (data_path()/'birds_or_forest', args.photos))], ['drawings', 'photos']
start = school(easy)
with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context('fork')) as pool:
    print('\n| what |', ' | '.join(names[:len(exams)]), '|\n' + '|---'*(len(exams)+1) + '|')
    for name, errors in zip(levers, pool.map(judged, levers)): print(f'| {name} |', ' | '.join(f'{o:.3f}' for o in errors), '|', flush=True)
