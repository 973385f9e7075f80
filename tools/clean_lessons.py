"""The lessons without prose and outputs, to test one's memory: what does each cell do, and what will come out?
`make clean-lessons` writes them to _clean."""
import nbformat

from first_cells import LESSONS, ROOT

def is_heading(c): return c.cell_type == 'markdown' and c.source.startswith('#')

def clean(nb):
    "Headings and code, and nothing else"
    nb.cells = [c for c in nb.cells if c.cell_type == 'code' or is_heading(c)]
    for c in nb.cells:
        if is_heading(c): c.source = c.source.splitlines()[0]
        else: c.update(outputs=[], execution_count=None)
    return nb

def make(dest):
    dest.mkdir(exist_ok=True)
    for o in LESSONS: nbformat.write(clean(nbformat.read(o, 4)), dest/o.name)
    print(f'{len(LESSONS)} lessons, headings and code only, are in {dest.name}.')

if __name__ == '__main__': make(ROOT/'_clean')
