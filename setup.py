"Build the package from settings.ini."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
lines = lambda key: cfg[key].split('\n')[1:]

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], author=cfg['author'],
    license=cfg['license'], python_requires=cfg['python_requires'], keywords=cfg['keywords'].split(),
    classifiers=lines('classifiers'),
    long_description=Path('README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    project_urls={'Repository': f"https://github.com/{cfg['repository']}"},
    install_requires=lines('requirements'),
    extras_require={'cups': lines('cups_requirements'), 'dev': lines('dev_requirements') + lines('cups_requirements')},
    entry_points={'console_scripts': [cfg['console_scripts']]},
    packages=['wholegame', 'wholegame.data'], package_dir={'wholegame.data': 'data'},
    # what is not a module is named here, and not taken from MANIFEST.in: setuptools warns about folders of data otherwise
    package_data={'wholegame.data': ['**/*']}, include_package_data=False, zip_safe=False)
