"Run a notebook as nbdev-test does, and write down where it trained, and for how long: `python watch.py NOTEBOOK FLAGS REPORT`"
import json, sys
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from nbdev.test import nbdev_test

class Watch:
    "Waits until the notebook imports fastai's learner; from then on notes (device, seconds) of each `fit`, in whatever way it was asked for"
    def __init__(self):
        self.trained = []
        sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name != 'fastai.learner': return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        run = spec.loader.exec_module
        def run_and_watch(module):
            run(module)
            module.Learner.fit = self.watched(module.Learner.fit)
        spec.loader.exec_module = run_and_watch
        return spec

    def watched(self, fit):
        @wraps(fit)
        def watched_fit(learn, *args, **kwargs):
            start = perf_counter()
            try: return fit(learn, *args, **kwargs)
            finally: self.trained.append((next(learn.model.parameters()).device.type, perf_counter() - start))
        return watched_fit

if __name__ == '__main__':
    path, flags, report = sys.argv[1:]
    del sys.path[0]  # this folder: a notebook is not to find our modules
    watch = Watch()
    try: nbdev_test(path, flags=flags, n_workers=0, cell_timing_min=0)
    finally: Path(report).write_text(json.dumps(watch.trained))
