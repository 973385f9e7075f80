"What a newcomer types: one install, repeated only when it has to be. A stand-in for Python writes down what it is asked to do"
import time

from common import *

STAND_IN = '''#!/bin/sh
echo "$*" >> log
case "$*" in
-V) echo "Python $VERSION" ;;
*version_info*) test -z "$TOO_OLD" ;;
*ensurepip*) test -z "$NO_VENV" ;;
*"-m venv"*)
    rm -rf .venv; mkdir -p .venv/bin
    { echo '#!/bin/sh'; echo "VERSION=$VERSION"; tail -n +2 "$0"; } > .venv/bin/python
    chmod +x .venv/bin/python; ln -s python .venv/bin/wholegame
    test -z "$FULL_DISK" ;;
*"-m pip install"*) test -z "$NO_NETWORK" ;;
esac
'''

@pytest.fixture
def make(tmp_path):
    "Run make in a folder that has only what an install looks at; returns (exit code, what was said, what Python was asked)"
    for o in ('Makefile', 'settings.ini', 'pyproject.toml'): shutil.copy(ROOT/o, tmp_path/o)
    python = tmp_path/'stand-in'
    python.write_text(STAND_IN)
    python.chmod(0o755)
    log = tmp_path/'log'
    def run(*args, python=python, **env):
        log.write_text('')
        env = {'PATH': os.environ['PATH'], 'VERSION': '3.12.1', **({'PYTHON': str(python)} if python else {}), **env}
        done = subprocess.run(['make', *args], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout, log.read_text()
    run.folder = tmp_path
    return run

def change(path):
    "Make a file newer than all others, without waiting"
    later = time.time() + 5
    os.utime(path, (later, later))

INSTALL = 'pip install -qq --disable-pip-version-check --editable .'

def test_make_alone_lists_the_targets_and_does_nothing(make):
    code, said, asked = make()
    assert code == 0 and {'make bird', 'make test', 'make lab'} <= {' '.join(o.split()[:2]) for o in said.splitlines()}
    assert 'install' not in asked and not (make.folder/'.venv').exists()

def test_bird_installs_without_the_tools_of_developers_and_plays_the_game(make):
    code, said, asked = make('bird')
    assert code == 0 and asked.rstrip().endswith('train bird forest --out models/bird')
    assert INSTALL + '\n' in asked and 'minutes' in said

def test_a_second_call_installs_nothing(make):
    make('test')
    for target in ('test', 'bird'):
        code, said, asked = make(target)
        assert code == 0 and 'install' not in asked + said, f'make {target} after make test installs again'

def test_tests_need_more_than_the_game(make):
    make('bird')
    assert INSTALL + '[dev]\n' in make('test')[2]

@pytest.mark.parametrize('facts', ['settings.ini', 'pyproject.toml'])
@pytest.mark.parametrize('target', ['bird', 'test'])
def test_changed_facts_are_installed(make, facts, target):
    make('test')
    change(make.folder/facts)
    assert INSTALL in make(target)[2]

@pytest.mark.parametrize('trouble', ['NO_NETWORK', 'FULL_DISK'])
def test_an_install_that_failed_is_done_again(make, trouble):
    code, _, asked = make('test', **{trouble: '1'})
    assert code and 'pytest' not in asked
    code, _, asked = make('test')
    assert code == 0 and INSTALL + '[dev]\n' in asked

def test_another_python_gets_an_environment_of_its_own_and_keeps_it(make):
    make('test')
    assert INSTALL + '[dev]\n' in make('test', VERSION='3.13.0')[2]
    assert 'install' not in make('test', python=None)[2]

@pytest.mark.parametrize('env, advice', [({'python': 'no-such-python'}, 'does not run here'), ({'TOO_OLD': '1', 'VERSION': '3.9.6'}, 'is Python 3.9.6, too old'),
                                         ({'NO_VENV': '1'}, 'sudo apt install python3-venv')])
def test_a_python_that_will_not_do_gets_one_sentence(make, env, advice):
    code, said, asked = make('bird', **env)
    lines = [o for o in said.splitlines() if not o.startswith('make')]
    assert code and len(lines) == 1 and advice in lines[0], said
    assert 'install' not in asked and not (make.folder/'.venv').exists()
