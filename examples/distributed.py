"""The bird lesson on several GPUs, or on several machines.

    pip install accelerate
    accelerate launch --multi_gpu examples/distributed.py photos/bird_or_forest_real

One process runs for each GPU: it takes its share of every batch, and after each batch all of them agree on one step. On a
computer without a GPU, `--multi_gpu --num_processes 2` starts two processes on the processor, to try it out.
"""
from fastai.vision.all import *
from fastai.distributed import *
from wholegame.bird import photo_files
from wholegame.models import save_model
from wholegame.setup import use_data

on_cpu = not torch.cuda.is_available()

if on_cpu:
    @patch
    def _broadcast(self:DistributedDL, t, rank):
        "Send the numbers `t` from process `rank` to all, as fastai does by way of a GPU"
        t = LongTensor(t)
        torch.distributed.broadcast(t, rank)
        return t.tolist()

@call_parse
def main(
    photos:Path,           # Folder with one folder of photos for each class
    out:str='models/bird', # Folder for the trained model
    epochs:int=3,          # As in fine_tune(3)
    size:int=192,          # Photos are squeezed to size×size pixels
    bs:int=16              # Photos in a batch, all processes together
):
    "Train on all GPUs and save one model"
    use_data()  # without a network, resnet18 starts from weights that come with the package
    dls = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=photo_files,
        splitter=RandomSplitter(valid_pct=0.2, seed=42),
        get_y=parent_label,
        item_tfms=[Resize(size, method='squish')]
    ).dataloaders(photos, bs=bs//max(1, num_distrib()))
    learn = vision_learner(dls, resnet18, metrics=error_rate)
    with learn.distrib_ctx(sync_bn=False, cpu=on_cpu): learn.fine_tune(epochs)
    teardown_distrib()
    if rank_distrib(): return       # all have the same model now, and the first one saves it
    os.environ['WORLD_SIZE'] = '1'  # or else fastai would wait for the others when it measures the error
    save_model(learn, out)
