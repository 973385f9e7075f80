"GitHub runs the same tests, with no more rights than it needs"
from common import *

WORKFLOWS = [o for o in FILES if o.parts[:2] == ('.github', 'workflows')]

def lint(*paths):
    "What two linters find in workflows: the form, and the dangers"
    return [done.stdout for done in (tool('check-jsonschema', '--builtin-schema', 'vendor.github-workflows', *paths),
                                     tool('zizmor', '--offline', '--persona', 'pedantic', '--quiet', *paths)) if done.returncode]

def test_workflows_are_well_formed_and_safe():
    assert WORKFLOWS
    check(lint(*(ROOT/o for o in WORKFLOWS)))

def test_a_workflow_that_could_be_abused_is_noticed(tmp_path):
    good = (ROOT/'.github/workflows/test.yml').read_text()
    bad = tmp_path/'bad.yml'
    for problem, text in {'hash': re.sub(r'@[0-9a-f]{40}', '@v4', good), 'excessive-permissions': good.replace('contents: read', 'contents: write'),
                          'credential': good.replace('persist-credentials: false', 'fetch-depth: 1'), 'runs-on': good.replace('runs-on', 'run-on')}.items():
        bad.write_text(text)
        assert problem in '\n'.join(lint(bad)), f'{problem} was not noticed'

def test_the_oldest_python_that_we_promise_is_tested():
    oldest = settings()['python_requires'].strip('>=')
    assert f"'{oldest}'" in (ROOT/'.github/workflows/test.yml').read_text(), f'add Python {oldest} to the matrix of test.yml'
