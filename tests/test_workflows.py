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
    bad = {'unpinned-uses': re.sub(r'@[0-9a-f]{40}', '@v4', good), 'excessive-permissions': good.replace('contents: read', 'contents: write'),
           'artipacked': good.replace('persist-credentials: false', 'fetch-depth: 1'), "'runs-on' is a required property": good.replace('runs-on', 'run-on')}
    for i,text in enumerate(bad.values()): (tmp_path/f'{i}.yml').write_text(text)
    found = '\n'.join(lint(*tmp_path.iterdir()))
    check([f'{o} was not noticed in:\n{found}' for o in bad if o not in found])

def test_the_oldest_python_that_we_promise_is_tested():
    oldest = settings()['python_requires'].strip('>=')
    assert f"'{oldest}'" in (ROOT/'.github/workflows/test.yml').read_text(), f'add Python {oldest} to the matrix of test.yml'
