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

def each(pattern):
    "(workflow, what the pattern finds in it), for all workflows"
    return [(o.name, found) for o in WORKFLOWS for found in re.findall(pattern, (ROOT/o).read_text(), re.M)]

def test_workflows_call_only_make_targets_that_exist():
    targets = re.findall(r'^([a-z-]+):', (ROOT/'Makefile').read_text(), re.M)
    check([f'{name} runs make {o}, and the Makefile has no such target' for name,o in each(r'run: make (\S+)') if o not in targets])

def test_every_job_has_a_time_limit():
    ends, starts = ([name for name,_ in each(o)] for o in (r'^    timeout-minutes:', r'^    runs-on:'))
    check([f'{o.name}: a job has no timeout-minutes' for o in WORKFLOWS if ends.count(o.name) != starts.count(o.name)])

def test_variables_and_runners_of_the_repository_are_declared():
    declared = (ROOT/'.github'/'actionlint.yaml').read_text()
    check([f'{name} reads vars.{o}, which .github/actionlint.yaml does not declare' for name,o in each(r'vars\.(\w+)') if o not in declared])
    hosted = ('ubuntu-latest', 'macos-latest', 'windows-latest', '${{ matrix.os }}', '${{ matrix.runner }}')
    check([f'{name} runs on {o}, a label that .github/actionlint.yaml does not declare' for name,o in each(r'runs-on: (.+)$') if o not in hosted and o not in declared])

def test_code_of_others_gets_to_the_gpu_by_its_full_sha_only_and_into_no_cache():
    assert not each('pull_request_target'), 'a workflow would run code of a fork with rights of this repository'
    text = (ROOT/'.github/workflows/gpu.yml').read_text()
    assert '^[0-9a-f]{40}$' in text and 'needs: asked' in text and 'ref: ${{ inputs.commit || github.sha }}' in text
    assert not re.search(r'actions/cache|^ +cache:', text, re.M) and 'secrets.' not in text

def test_what_publishes_waits_for_the_tests_and_for_a_tag_that_is_the_version():
    release = (ROOT/'.github/workflows/release.yml').read_text()
    jobs = dict(re.findall(r'^  (\w+):\n((?:    .*\n|\n)+)', release.split('\njobs:\n')[1], re.M))
    assert 'needs: version' in jobs['tests'] and 'refs/tags/v$version' in jobs['version']
    check([f'release.yml: {k} does not wait for the tests' for k in jobs if k not in ('version', 'tests') and 'needs: tests' not in jobs[k]])
    for o in ('pages', 'kaggle'): assert re.search(r'^on:\n  workflow_call:\n\n', (ROOT/f'.github/workflows/{o}.yml').read_text(), re.M), f'{o}.yml can start without the tests'

def test_the_oldest_python_that_we_promise_is_tested():
    oldest = settings()['python_requires'].strip('>=')
    assert f"'{oldest}'" in (ROOT/'.github/workflows/test.yml').read_text(), f'add Python {oldest} to the matrix of test.yml'
