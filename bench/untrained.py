"""Random weights on fair terms, for comparison with trained ones.

fastai's `pretrained=False` hands a network pictures that are not normalised, and the averages in its batch norms begin far from those of the photos. In the few steps of a lesson they
do not arrive, and such a network answers worse than by chance however much it has learned."""
import torch, torchvision
from fastai.vision.all import vision_learner
from fastai.vision.learner import model_meta
from torch.nn import BatchNorm2d

def untrained_learner(dls, arch, **kwargs):
    "`vision_learner` with random weights: pictures are normalised as for trained ones, and the batch norms' averages are those of the photos"
    def random_net(weights=None, progress=True): return getattr(torchvision.models, arch.__name__)()
    random_net.__name__ = arch.__name__
    model_meta[random_net] = model_meta[getattr(torchvision.models, arch.__name__)]
    learn = vision_learner(dls, random_net, **kwargs)
    norms = [o for o in learn.model[0].modules() if isinstance(o, BatchNorm2d)]
    for o in norms: o.momentum = None # average over all batches
    learn.model[0].train()
    with torch.no_grad():
        for x,_ in dls.train: learn.model[0](x)
    for o in norms: o.momentum = .1
    return learn
