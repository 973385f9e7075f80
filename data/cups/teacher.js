'use strict';
const find = (o, all = document) => all.querySelector(o), colours = ['green', 'yellow', 'red'];
const corner = location.search === '?corner', svg = 'http://www.w3.org/2000/svg';
document.body.classList.toggle('corner', corner);

function show(counts) {
  const all = colours.reduce((n, o) => n + counts[o], 0), share = n => all ? ` (${Math.round(100 * n / all)} %)` : '';
  for (const o of colours) {
    find(`.counts .${o} b`).textContent = counts[o];
    const words = find(`.counts .${o} span`);
    words.dataset.word ??= words.textContent;
    words.textContent = words.dataset.word + share(counts[o]);
  }
  const text = all ? `${all} ${all === 1 ? 'cup' : 'cups'} on the desks.` : 'Nobody is here yet.';
  if (find('[role=status]').textContent !== text) find('[role=status]').textContent = text;
}

function draw(rows) {
  const hour = find('.hour'), end = rows.length ? rows.at(-1)[0] : 0;
  const most = Math.max(1, ...rows.flatMap(o => o.slice(1, 4)));
  const shape = (name, about) => {
    const o = document.createElementNS(svg, name);
    for (const [k, v] of Object.entries(about)) o.setAttribute(k, v);
    return o;
  };
  const span = Math.min(3600, Math.max(300, rows.length ? end - rows[0][0] : 0)), x = t => 3600 * (1 - (end - t) / span);
  const lines = colours.map((o, i) => shape('polyline', {class: o,
    points: rows.map(r => `${x(r[0])},${96 - 90 * r[i + 1] / most}`).join(' ')}));
  const marks = rows.filter((r, i) => i && r[4] !== rows[i - 1][4])
    .map(r => shape('line', {class: 'mark', x1: x(r[0]), x2: x(r[0]), y1: 0, y2: 100}));
  hour.replaceChildren(...marks, ...lines);
}

function list(lost) {
  const percent = v => `${Math.round(100 * v)} %`;
  find('tbody').replaceChildren(...lost.map(o => {
    const row = document.createElement('tr');
    for (const words of [o.slide || '(no slide yet)', (o.seconds / 60).toFixed(1), percent(o.yellow), percent(o.red)])
      row.append(Object.assign(document.createElement('td'), {textContent: words}));
    return row;
  }));
}

// Counts come as they change; where a proxy holds such streams back, the page asks every three seconds
let heard = 0;
const stream = new EventSource('events');
stream.onmessage = e => { heard = Date.now(); show(JSON.parse(e.data)); };
async function ask() {
  try {
    const said = await (await fetch('state', {signal: AbortSignal.timeout(5000)})).json();
    if (Date.now() - heard > 3000) show(said.counts);
    draw(said.rows);
    list(said.lost);
  } catch { find('[role=status]').textContent = 'The server does not answer. This page keeps trying.'; }
  setTimeout(ask, 3000);
}
ask();

find('.save').addEventListener('click', e => {
  const copy = find('.hour').cloneNode(true), ink = getComputedStyle(document.body);
  copy.setAttribute('xmlns', svg);
  copy.setAttribute('width', 1200);
  copy.setAttribute('height', 400);
  copy.querySelectorAll('*').forEach(o => {
    o.setAttribute('fill', 'none');
    o.setAttribute('stroke-width', 2);
    o.setAttribute('vector-effect', 'non-scaling-stroke');
    o.setAttribute('stroke', ink.getPropertyValue('--' + o.getAttribute('class')) || '#888');
  });
  e.target.href = URL.createObjectURL(new Blob([copy.outerHTML], {type: 'image/svg+xml'}));
});

// As a corner of the slides it is told which slide is shown
if (corner) addEventListener('message', e => {
  if (typeof e.data?.slide === 'string') fetch('mark', {method: 'POST', body: JSON.stringify({slide: e.data.slide})});
});
