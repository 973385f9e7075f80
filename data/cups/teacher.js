'use strict';
const find = o => document.querySelector(o), colours = ['green', 'yellow', 'red'];
const words = {green: 'fine', yellow: 'not sure', red: 'lost'}, percent = v => `${Math.round(100 * v)}\xa0%`;
const corner = location.search === '?corner';
document.body.classList.toggle('corner', corner);

function say(text) { if (find('[role=status]').textContent !== text) find('[role=status]').textContent = text; }

function show(counts) {
  const all = colours.reduce((n, o) => n + counts[o], 0);
  for (const o of colours) {
    find(`.counts .${o} b`).textContent = counts[o];
    find(`.counts .${o} span`).textContent = words[o] + (all ? `, ${percent(counts[o] / all)}` : '');
  }
  say(all ? `${all} ${all === 1 ? 'cup' : 'cups'} on the desks.` : 'Nobody is here now.');
}

// Rows are [time, green, yellow, red, slide]. A class begins where the desks were empty for half an hour
let rows = [];
const lastClass = all => all.slice(Math.max(0, all.findLastIndex((o, i) => i && o[0] - all[i - 1][0] > 1800)));

// For each slide, in the order of the class: seconds, and the shares of yellow and red over that time
function slides() {
  const found = new Map();
  rows.forEach(([time, ...n], i) => {
    const slide = n.pop(), all = n[0] + n[1] + n[2] || 1;
    const o = found.get(slide) ?? {slide, seconds: 0, yellow: 0, red: 0};
    const seconds = Math.min(15, i + 1 < rows.length ? rows[i + 1][0] - time : 5);
    o.yellow += n[1] / all * seconds;
    o.red += n[2] / all * seconds;
    o.seconds += seconds;
    found.set(slide, o);
  });
  return [...found.values()].map(o => ({...o, yellow: o.yellow / o.seconds, red: o.red / o.seconds}));
}

function worst(lost) {
  const most = lost.filter(o => o.slide && o.seconds >= 15 && o.red).sort((a, b) => b.red - a.red)[0];
  return most && `Most were lost at “${most.slide}” (${percent(most.red)}).`;
}

function list() {
  const lost = slides();
  if (lost.some(o => o.slide)) find('.worst').textContent = worst(lost) ?? 'No slide has lost anybody.';
  find('tbody').replaceChildren(...lost.map(o => {
    const row = document.createElement('tr');
    for (const said of [o.slide || '(no slide yet)', (o.seconds / 60).toFixed(1), percent(o.yellow), percent(o.red)])
      row.append(Object.assign(document.createElement('td'), {textContent: said}));
    return row;
  }));
}

// The last hour in an <svg>, of so many pixels
function draw(hour, wide, high, note = '') {
  const style = getComputedStyle(document.body), ink = o => style.getPropertyValue('--' + o);
  const last = rows.filter(o => o[0] > rows.at(-1)[0] - 3600), end = last.at(-1)?.[0] ?? Date.now() / 1000;
  const span = Math.max(300, end - (last[0]?.[0] ?? end)), left = 36, top = 48, bottom = high - 28;
  const tall = Math.max(4, ...last.flatMap(o => o.slice(1, 4))), step = Math.ceil(tall / 4);
  const x = t => left + (wide - left - 14) * (1 - (end - t) / span), y = n => bottom - (bottom - top) * n / (4 * step);
  const add = (name, about, said = '') => {
    const o = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const k in about) o.setAttribute(k, about[k]);
    o.textContent = said;
    hour.append(o);
  };
  const font = {fill: ink('ink'), 'font-size': 13, 'font-family': 'system-ui, sans-serif'};
  const text = (said, x, y, anchor = 'middle') => add('text', {...font, x, y, 'text-anchor': anchor}, said);
  const line = (x1, y1, x2, y2) => add('path', {d: `M${x1} ${y1}L${x2} ${y2}`, stroke: ink('line'), fill: 'none'});
  hour.replaceChildren();
  hour.setAttribute('viewBox', `0 0 ${wide} ${high}`);
  add('rect', {width: wide, height: high, fill: ink('paper')});
  for (let n = 0; n <= 4 * step; n += step) { line(left, y(n), wide - 14, y(n)); text(n, left - 6, y(n) + 4, 'end'); }
  const every = [60, 300, 600, 900].find(o => o / span * (wide - left) > 48) ?? 1800;
  for (let t = Math.ceil((end - span) / every) * every; t <= end; t += every)
    text(new Date(1000 * t).toTimeString().slice(0, 5), x(t), high - 8);
  let free = 0;
  last.forEach((o, i) => {
    if (!i || o[4] === last[i - 1][4]) return;
    line(x(o[0]), top - 6, x(o[0]), bottom);
    const number = /^\d+/.exec(o[4])?.[0] ?? '·';
    if (x(o[0]) > free) { text(number, x(o[0]), top - 10); free = x(o[0]) + 8 * number.length + 6; }
  });
  colours.forEach((o, i) => {
    const about = {stroke: ink(o), fill: 'none', 'stroke-width': 2.5, 'stroke-dasharray': ['', '7 4', '2 3'][i]};
    const go = (r, k) => k && r[0] - last[k - 1][0] < 60 ? 'L' : 'M';
    add('path', {...about, d: last.map((r, k) => `${go(r, k)}${x(r[0]).toFixed(1)} ${y(r[i + 1])}`).join('')});
    add('path', {...about, d: `M${left + 95 * i} 15h26`});
    text(words[o], left + 95 * i + 32, 19, 'start');
  });
  if (wide > 500) text(`${note} ${new Date(1000 * end).toLocaleDateString()}`, wide - 14, 19, 'end');
}

function save(name, blob) {
  const link = Object.assign(document.createElement('a'), {download: name, href: URL.createObjectURL(blob)});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function picture() {
  const hour = find('.hour').cloneNode(), image = new Image();
  draw(hour, 1000, 420, worst(slides())?.slice(0, 80));
  for (const [k, v] of [['width', 2000], ['height', 840]]) hour.setAttribute(k, v);
  image.src = 'data:image/svg+xml,' + encodeURIComponent(new XMLSerializer().serializeToString(hour));
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: 2000, height: 840});
  canvas.getContext('2d').drawImage(image, 0, 0);
  canvas.toBlob(o => save('cups.png', o));
}

function table() {
  const cell = o => /[",]/.test(o) ? `"${o.replaceAll('"', '""')}"` : o;
  const when = t => new Date(1000 * t).toLocaleString('sv');  // as in 2026-11-27 15:04:05
  const all = [['time', ...colours, 'slide'], ...rows.map(([t, ...o]) => [when(t), ...o])];
  save('cups.csv', new Blob(all.map(o => o.map(cell).join(',') + '\r\n')));
}

addEventListener('click', e => {
  const act = {csv: table, png: picture}[e.target.dataset?.save];
  if (act) { e.preventDefault(); act(); }
});

// Counts come as they change; where a proxy holds such streams back, the page asks every three seconds
let heard = 0;
new EventSource('events').onmessage = e => { heard = Date.now(); show(JSON.parse(e.data)); };
async function ask() {
  try {
    const said = await (await fetch('state', {signal: AbortSignal.timeout(5000)})).json();
    if (Date.now() - heard > 3000) show(said.counts);
    rows = lastClass(said.rows);
    if (!corner) { draw(find('.hour'), find('.hour').clientWidth, find('.hour').clientHeight); list(); }
    document.body.classList.remove('away');
  } catch {
    document.body.classList.add('away');
    say('The server does not answer. This page keeps trying.');
  }
  setTimeout(ask, 3000);
}
ask();

// As a corner of the slides it is told which slide is shown, again and again, and passes on what is new
let known;
if (corner) addEventListener('message', e => {
  const slide = e.data?.slide;
  if (e.source !== parent || typeof slide !== 'string' || slide === known) return;
  known = slide;
  fetch('mark', {method: 'POST', body: JSON.stringify({slide: slide.slice(0, 100)})}).catch(() => { known = null; });
});
if (corner) parent.postMessage('cups', '*');
