"What people install holds all that the lessons need"
import zipfile
from configparser import ConfigParser

from common import *

def packed(wheel, package): return {o.split('/', 1)[1] for o in wheel.namelist() if o.startswith(f'{package}/')}

def commands(wheel):
    "The commands that the wheel installs, as settings.ini writes them"
    cfg = ConfigParser()
    cfg.read_string(wheel.read(next(o for o in wheel.namelist() if o.endswith('entry_points.txt'))).decode())
    return [f'{k}={v}' for k,v in cfg['console_scripts'].items()]

def test_the_wheel_holds_modules_samples_weights_and_the_command(wheel, record_property):
    wheel = zipfile.ZipFile(wheel)
    for package,folder in dict(wholegame='wholegame', wholegame_data='data').items():
        here = {o.relative_to(folder).as_posix() for o in FILES if o.parts[0] == folder}
        check([f'{folder}/{o} is not in the wheel' for o in sorted(here - packed(wheel, package))]
              + [f'the wheel holds {package}/{o}, which is not in {folder}/' for o in sorted(packed(wheel, package) - here)])
    data = packed(wheel, 'wholegame_data')
    assert sum(o.endswith('.jpg') for o in data) >= 400, 'the drawn photos are missing from data/'
    assert any(o.endswith('.safetensors') for o in data), 'the weights are missing from data/'
    assert commands(wheel) == [settings()['console_scripts']]
    sizes = {o.filename: o.compress_size for o in wheel.infolist()}
    top = max(sizes, key=sizes.get)
    record_property('wheel', f'{Path(wheel.filename).stat().st_size/1e6:.1f} MB, {len(sizes)} files, the largest {top} with {sizes[top]/1e6:.1f} MB')
