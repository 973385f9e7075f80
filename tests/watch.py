"Run a notebook as nbdev-test does, in a process of its own, and write down where it trained, and for how long"
import json, os, sys
from functools import wraps
from multiprocessing import get_context, set_start_method
from pathlib import Path
from time import perf_counter

# All that takes seconds to import. It is imported once, by a process from which those of the notebooks branch off
HEAVY = ['nbdev.test', 'fastai.vision.all', 'fastai.tabular.all', 'fastai.collab']

def starting():
    "How to start processes: branching off on Linux; afresh elsewhere, where that is not safe, and beside a GPU, which fastai's import takes hold of"
    import torch
    if sys.platform != 'linux' or torch.cuda.is_available(): return get_context('spawn')
    context = get_context('forkserver')
    context.set_forkserver_preload(HEAVY)
    return context

def watched(fit, trained):
    "A learner's `fit` that notes (device, seconds), in whatever way it was asked for"
    @wraps(fit)
    def watched_fit(learn, *args, **kwargs):
        start = perf_counter()
        try: return fit(learn, *args, **kwargs)
        finally: trained.append((next(learn.model.parameters()).device.type, perf_counter() - start))
    return watched_fit

def run(path, flags, folder, env, said, report):
    "What the process does"
    set_start_method(None, force=True) # a notebook's own processes start as they do elsewhere, whatever way this one did
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    here = Path(__file__).parent
    sys.path[:] = [o for o in sys.path if Path(o) not in (here, here.parent/'tools')] # a notebook is not to find our modules
    with open(said, 'w') as f:
        for o in 1, 2: os.dup2(f.fileno(), o)
    from fastai.learner import Learner
    from nbdev.test import nbdev_test
    trained = []
    Learner.fit = watched(Learner.fit, trained)
    try: nbdev_test(path, flags=flags, n_workers=0, cell_timing_min=0)
    finally: Path(report).write_text(json.dumps(trained))

def nbdev_test_watched(path, folder, flags='', env=None):
    "Run a notebook below `folder`; returns whether that went well, what it said, and [device, seconds] of each training"
    said, report = folder/'said.txt', folder/'trained.json'
    process = starting().Process(target=run, args=(str(path), flags, str(folder), {**(env or os.environ)}, str(said), str(report)))
    process.start()
    process.join()
    return process.exitcode == 0, said.read_text(), json.loads(report.read_text()) if report.exists() else []
