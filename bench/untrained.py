"""Random weights on fair terms, for comparison with trained ones.

fastai's `pretrained=False` hands a network pictures that are not normalised, and the averages in its batch norms begin far from those of the photos. In the few steps of a lesson they
do not arrive, and such a network answers worse than by chance however much it has learned."""
import torchvision
from fastai.vision.all import vision_learner
from fastai.vision.learner import model_meta
from torch.optim.swa_utils import update_bn

def net_with(arch, weights={}):
    "torchvision's network of the name of `arch`, for `vision_learner`, which takes `weights` for pretrained ones; what they leave out is random"
    make = getattr(torchvision.models, arch.__name__)
    def net(weights=None, progress=True, own=weights):
        net = make()
        net.load_state_dict(own, strict=False)
        return net
    net.__name__ = arch.__name__
    model_meta[net] = model_meta[make]
    return net

def untrained_learner(dls, arch, **kwargs):
    "`vision_learner` with random weights: pictures are normalised as for trained ones, and the batch norms' averages are those of the photos"
    learn = vision_learner(dls, net_with(arch), **kwargs)
    update_bn(dls.train, learn.model[0])
    return learn
