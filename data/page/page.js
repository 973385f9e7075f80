// All of this runs in the visitor's browser. A photo is looked at here, and sent nowhere.
'use strict';
class Trouble extends Error {} // its message is a sentence for the visitor
const need = (ok, sentence) => { if (!ok) throw new Trouble(sentence); };
const $ = id => document.getElementById(id);

// ## A photo in the network's size, to the grey level what Pillow makes of it
// Which pixels become one, and how much each of them counts: Pillow's bilinear filter
function shares(from, to, whole) {
  const scale = from / to, wide = Math.max(scale, 1);
  return Array.from({length: to}, (_, i) => {
    const middle = (i + .5) * scale, first = Math.max(0, Math.trunc(middle - wide + .5));
    const n = Math.min(from, Math.trunc(middle + wide + .5)) - first;
    const k = Array.from({length: n}, (_, j) => Math.max(0, 1 - Math.abs((first + j - middle + .5) / wide)));
    const sum = k.reduce((a, b) => a + b);
    return [first, k.map(v => whole ? Math.trunc(v / sum * 2 ** 22 + .5) : v / sum)];
  });
}
// outer × n × inner numbers become outer × to × inner. Whole numbers are computed in 22 bits, as in Pillow
function along(pixels, outer, n, inner, to) {
  if (n === to) return pixels;
  const out = new pixels.constructor(outer * to * inner), whole = pixels instanceof Uint8Array;
  const all = shares(n, to, whole);
  for (let o = 0, at = 0; o < outer; o++) for (const [first, k] of all)
    for (let x = 0; x < inner; x++) {
      let sum = whole ? 2 ** 21 : 0, from = (o * n + first) * inner + x;
      for (let j = 0; j < k.length; j++, from += inner) sum += k[j] * pixels[from];
      out[at++] = whole ? sum >> 22 : sum;
    }
  return out;
}
const resize = ({w, h, c, pixels}, W, H) => ({w: W, h: H, c, pixels: along(along(pixels, h, w, c, W), 1, h, W * c, H)});
// For each place of a longer or shorter row the place in the photo that it is taken from; -1 is black
function places(n, start, length, pad) {
  const round = Math.max(1, 2 * (n - 1)), mirror = i => Math.min(i = (i % round + round) % round, round - i);
  const beyond = {zeros: () => -1, border: i => i < 0 ? 0 : n - 1, reflection: i => n > 1 ? mirror(i) : 0}[pad];
  return Int32Array.from({length}, (_, j) => (j += start) >= 0 && j < n ? j : beyond(j));
}
// One step of fastai's Resize and CropPad: `_fit` in wholegame/models.py
function fit(im, {size: [h, w], resize: way, pad}) {
  if (way === 'squish') return resize(im, w, h);
  const none = way === 'none', scale = none ? 1 : Math[way === 'pad' ? 'max' : 'min'](im.w / w, im.h / h);
  const ch = Math.trunc(scale * h), cw = Math.trunc(scale * w), half = none ? Math.floor : Math.trunc;
  need(cw * ch > 0 && cw * ch < 1e8, 'This photo is too long and thin for this model.');
  const rows = places(im.h, half((im.h - ch) / 2), ch, pad), columns = places(im.w, half((im.w - cw) / 2), cw, pad);
  const pixels = new Uint8Array(ch * cw * im.c);
  let at = 0;
  for (const y of rows) for (const x of columns) for (let c = 0; c < im.c; c++, at++)
    if (x >= 0 && y >= 0) pixels[at] = im.pixels[(y * im.w + x) * im.c + c];
  return resize({w: cw, h: ch, c: im.c, pixels}, w, h);
}
const grey = ({w, h, pixels: p}) => ({w, h, c: 1, pixels: Uint8Array.from({length: w * h}, (_, i) =>
  p[3*i] * 19595 + p[3*i + 1] * 38470 + p[3*i + 2] * 7471 + 32768 >> 16)});
// Channels × height × width, from `mean` and `std` as the network was trained
function prepare(photo, card) {
  const {w, h, c, pixels} = [...card.before, card].reduce(fit, card.mode === 'L' ? grey(photo) : photo);
  const {mean, std} = card, n = Math.max(c, mean.length), area = w * h, x = new Float32Array(n * area);
  for (let k = 0; k < n; k++) for (let i = 0; i < area; i++)
    x[k*area + i] = (pixels[i*c + k % c] / 255 - mean[k % mean.length]) / std[k % std.length];
  return [x, [1, n, h, w]];
}

// ## A file becomes pixels, in every browser the same: EXIF and colour profiles are taken out, and EXIF is heeded here
const letters = (b, at, n) => String.fromCharCode(...b.subarray(at, at + n));
const kinds = [['jpeg', /^\xff\xd8/], ['png', /^\x89PNG\r\n\x1a\n/], ['webp', /^RIFF[^]{4}WEBP/], ['gif', /^GIF8/],
  ['avif', /^[^]{4}ftypavi/], ['heic', /^[^]{4}ftyp(hei|hev|mif|msf)/], ['bmp', /^BM/], ['tiff', /^(II\*\0|MM\0\*)/]];
// The parts of a file: what they are called, where they begin and end, where their content begins
function* parts(b, v, kind) {
  if (kind === 'jpeg') for (let i = 2, n; b[i] === 255 && b[i + 1] !== 0xda; i += 2 + n)
    yield [{0xe1: 'exif', 0xe2: letters(b, i + 4, 3)}[b[i + 1]], i, i + 2 + (n = v.getUint16(i + 2)), i + 4];
  if (kind === 'png') for (let i = 8, n; i + 8 <= b.length; i += 12 + n)
    yield [letters(b, i + 4, 4), i, i + 12 + (n = v.getUint32(i)), i + 8];
  if (kind === 'webp') for (let i = 12, n; i + 8 <= b.length; i += 8 + n + n % 2)
    yield [letters(b, i, 4), i, i + 8 + (n = v.getUint32(i + 4, true)) + n % 2, i + 8];
}
// How a camera was held, from 1 to 8
function heldAs(v, at) {
  try {
    const little = v.getUint16(at) === 0x4949, list = at + v.getUint32(at + 4, little);
    for (let i = list + 2, n = v.getUint16(list, little); n--; i += 12)
      if (v.getUint16(i, little) === 0x112) return v.getUint16(i + 8, little);
  } catch { /* EXIF that cannot be read says nothing about the photo */ }
}
// The file without what browsers differ in, and how it is to be turned
function plain(b, kind) {
  const v = new DataView(b.buffer), kept = [];
  let turn, last, end = {jpeg: 2, png: 8, webp: 12}[kind] ?? b.length;
  const head = b.slice(0, end);
  try {
    for (const [name, from, to, content] of parts(b, v, kind)) {
      [last, end] = [name, to];
      const exif = letters(b, content, 4) === 'Exif' ? content + 6 : content, xmp = /tiff:Orientation(?:="|>)([1-8])/;
      if (/exif/i.test(name)) turn ??= heldAs(v, exif) ?? xmp.exec(letters(b, content, 9000))?.[1];
      if (!/exif|^ICC|iCCP|gAMA|cHRM|sRGB|cICP/i.test(name)) kept.push(b.slice(from, to));
    }
  } catch (e) { if (!(e instanceof RangeError)) throw e; } // a part goes beyond the end
  if (kind === 'jpeg') kept.push(b.slice(end));
  if (kind === 'webp') {
    new DataView(head.buffer).setUint32(4, 4 + kept.reduce((n, o) => n + o.length, 0), true);
    if (letters(b, 12, 4) === 'VP8X') kept[0][8] &= ~0x28; // neither profile nor EXIF any more
  }
  const cut = kind === 'jpeg' ? !b.some((o, i) => i > end && o === 217 && b[i - 1] === 255) :
    end > b.length || kind === 'png' && last !== 'IEND';
  need(!cut, 'This photo is broken: only a part of it can be read.');
  return [[head, ...kept], turn >= 1 && turn <= 8 ? +turn : 1];
}
// Red, green and blue of all pixels, upright if `turn` says how. Read in bands, since phones limit the size of a canvas
function read(bitmap, turn, white) {
  const {width: w, height: h} = bitmap, swap = turn > 4, W = swap ? h : w, H = swap ? w : h;
  const pixels = new Uint8Array(3 * w * h), high = Math.min(h, 4096, Math.ceil(4e6 / w));
  const canvas = Object.assign(document.createElement('canvas'), {width: w, height: high});
  const ctx = Object.assign(canvas.getContext('2d', {willReadFrequently: true}), {fillStyle: '#fff'});
  const steps = (n, flip, step) => Int32Array.from({length: n}, (_, i) => 3 * step * (flip ? n - 1 - i : i));
  const columns = steps(w, [2, 3, 7, 8].includes(turn), swap ? W : 1);
  const rows = steps(h, [3, 4, 6, 7].includes(turn), swap ? 1 : W);
  for (let top = 0; top < h; top += high) {
    ctx.clearRect(0, 0, w, high);
    if (white) ctx.fillRect(0, 0, w, high);
    ctx.drawImage(bitmap, 0, -top);
    const band = ctx.getImageData(0, 0, w, Math.min(high, h - top)).data;
    for (let y = top, from = 0; y < Math.min(top + high, h); y++)
      for (let x = 0; x < w; x++, from += 4) {
        for (let c = 0; c < 3; c++) pixels[rows[y] + columns[x] + c] = band[from + c];
        need(band[from + 3] === 255, 'This picture is partly transparent, and this model needs one that is not.');
      }
  }
  return {w: W, h: H, c: 3, pixels};
}
// A file as the model sees it, and as people do
async function open(file, card) {
  need(file.size, 'This file is empty.');
  need(file.size <= 1e8, 'This file has more than 100 MB: choose a smaller photo.');
  const b = new Uint8Array(await file.arrayBuffer()), start = letters(b, 0, 2000), type = file.type || 'unknown';
  const kind = kinds.find(([, sign]) => sign.test(start))?.[0], upright = card.opens === 'upright';
  const [parts, turn] = plain(b, kind), deep = kind === 'png' && b[24] === 16;
  need(upright || !deep, 'This picture has 16 bits a colour, and this model needs one of 8: save it as JPEG.');
  const blob = new Blob(parts, {type: kind ? `image/${kind}` : type}), as = 'none';
  const bitmap = await createImageBitmap(blob, {colorSpaceConversion: as, premultiplyAlpha: as}).catch(() => {
    need(!/heic|tiff/.test(kind), `This browser cannot open ${kind?.toUpperCase()} photos: save it as JPEG.`);
    need(!/<(html|!doctype h)/i.test(start), 'This is a web page, not a picture. Save the picture itself first.');
    throw new Trouble(kind ? 'This photo is broken: it cannot be opened.' : 'This file is not a photo.');
  });
  need(bitmap.width * bitmap.height <= 1e8, 'This photo has more than 100 megapixels: choose a smaller one.');
  const seen = read(bitmap, upright ? turn : 1, upright);
  const shown = upright || turn === 1 ? seen : read(bitmap, turn, true);
  bitmap.close();
  return [seen, shown];
}

// ## The model
// A file's content; `tell` hears how many bytes have come
async function load(name, tell) {
  const answer = await fetch(name);
  need(answer.ok, `A part of this page is missing on its server: ${name.split('?')[0]}.`);
  const count = new TransformStream({transform(o, out) { tell(o.length); out.enqueue(o); }});
  const whole = answer.body.pipeThrough(count).pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}
// The network as it was: of large arrays came whole numbers, and a scale for each 64 of them
function unpack(packed, {bytes, arrays}) {
  const out = new Uint8Array(bytes);
  let from = 0, to = 0;
  const next = (Kind, n) => new Kind(packed.slice(from, from += n * Kind.BYTES_PER_ELEMENT).buffer);
  for (const [start, n, size] of [...arrays, [bytes, 0, 1]]) {
    out.set(next(Uint8Array, start - to), to);
    const scales = next(Float32Array, Math.ceil(n / 64));
    const numbers = Float32Array.from(next(size === 1 ? Int8Array : Int16Array, n), (v, i) => v * scales[i >> 6]);
    out.set(new Uint8Array(numbers.buffer), start);
    to = start + 4 * n;
  }
  return out;
}
async function start(card) {
  need(window.DecompressionStream && window.WebAssembly, 'This browser is too old for this page: use a newer one.');
  let came = 0;
  const tell = n => { came += n; $('progress').value = came / card.download; };
  const [ort, wasm, packed] = await Promise.all([import('./ort.mjs'), load('ort.bin', tell),
    load(`model.bin?${card.weights}`, tell)]);
  Object.assign(ort.env.wasm, {wasmBinary: wasm.buffer, numThreads: 1});
  const extra = {optimization: {disable_specified_optimizers: 'ConstantFolding'}}; // as in wholegame/models.py
  const session = await ort.InferenceSession.create(unpack(packed, card), {logSeverityLevel: 4, extra});
  return async (x, shape) => {
    const probs = Object.values(await session.run({x: new ort.Tensor('float32', x, shape)}))[0];
    need(probs.data.every(p => p > -.001 && p < 1.001), 'This model cannot answer: what it says are no probabilities.');
    return probs;
  };
}
// Which class is where: `color_in` in wholegame/segmentation.py
function colorIn(probs, w, h) {
  const [, n, ph, pw] = probs.dims, area = ph * pw, best = new Float32Array(w * h), mask = new Uint16Array(w * h);
  const layers = Array.from({length: n}, (_, c) => probs.data.slice(c * area, (c + 1) * area));
  const top = i => layers.reduce((best, layer, c) => layer[i] > layers[best][i] ? c : best, 0);
  const winners = new Set(Array.from({length: area}, (_, i) => top(i)));
  for (const c of [...winners].sort((a, b) => a - b)) {
    const p = resize({w: pw, h: ph, c: 1, pixels: layers[c]}, w, h).pixels;
    for (let i = 0; i < p.length; i++) if (p[i] > best[i]) { mask[i] = c; best[i] = p[i]; }
  }
  return mask;
}

// ## What people see
const percent = p => p > .999 ? 'over 99.9 %' : p < .001 ? 'under 0.1 %' : `${(100 * p).toFixed(1)} %`;
const put = (o, inside) => { o.append(...[inside].flat()); return o; };
const element = (tag, inside = []) => put(document.createElement(tag), inside);
const name = text => element('bdi', text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '�').slice(0, 60));
function say(kind, text, head) {
  $('status').className = kind;
  $('status').replaceChildren(...head ? [element('h2', head)] : [], element('p', text));
}
function paint(canvas, {w, h, pixels}) {
  const data = new ImageData(w, h);
  for (let i = 0; i < 4 * w * h; i++) data.data[i] = i % 4 < 3 ? pixels[(i >> 2) * 3 + i % 4] : 255;
  Object.assign(canvas, {width: w, height: h}).getContext('2d').putImageData(data, 0, 0);
}
// Names with bars, the largest first; what does not fit is counted
function bars(rows, most) {
  const all = [...rows].sort((a, b) => b.p - a.p), rest = all.length - most;
  $('bars').replaceChildren(...all.slice(0, most).map(({label, p, colour}) => {
    const bar = element('span'), li = element('li', [element('p', [name(label), element('b', percent(p))]), bar]);
    bar.style.setProperty('--share', p);
    if (colour) bar.style.setProperty('--colour', `rgb(${colour})`);
    Object.assign(li.dataset, {name: label, p});
    return li;
  }), ...rest > 0 ? [element('li', `and ${rest} more`)] : []);
  $('bars').hidden = $('note').hidden = false;
}
function tellClasses(probs, card) {
  const rows = card.classes.map((label, i) => ({label, p: probs[i]})), top = rows.reduce((a, b) => b.p > a.p ? b : a);
  const found = rows.filter(o => o.p > card.threshold), sure = percent(top.p);
  if (card.threshold !== null) say('sure', `It names what it is more than ${percent(card.threshold)} sure of.`,
    found.length ? found.flatMap(({label}, i) => [i ? ', ' : '', name(label)]) : 'Nothing that it knows');
  else if (top.p >= card.sure) say('sure', `It is ${sure} sure.`, name(top.label));
  else say('unsure', ['Its best guess is ', name(top.label), `, but it is only ${sure} sure.`], 'Not sure');
  bars(rows, 8);
}
function tellMask(probs, im, card) {
  const mask = colorIn(probs, im.w, im.h), pixels = new Uint8Array(3 * mask.length);
  const rows = card.classes.map((label, c) => ({label, p: 0, colour: card.colours[c]}));
  mask.forEach((c, i) => { rows[c].p += 1 / mask.length; pixels.set(card.colours[c], 3*i); });
  paint($('colours'), {...im, pixels});
  $('colours').hidden = $('mixer').hidden = false;
  say('sure', 'This is how much of the picture each colour takes.', 'Coloured in');
  bars(rows.filter(o => o.p), 40);
}
const fail = e => say('trouble', e instanceof Trouble ? e.message :
  `Something went wrong here: ${String(e?.message ?? e).slice(0, 200)}. Reload this page to try again.`);
async function answer(file, card, model, sound) {
  for (const id of ['bars', 'note', 'colours', 'mixer', 'seen']) $(id).hidden = true;
  try {
    say('busy', `Opening the ${sound ? 'sound' : 'photo'} …`);
    const [seen, upright] = await (sound || {open}).open(file, card);
    const scale = Math.min(1, 1024 / Math.max(upright.w, upright.h));
    const side = n => Math.max(1, Math.round(scale * n)), shown = resize(upright, side(upright.w), side(upright.h));
    paint($('photo'), shown);
    $('seen').hidden = false;
    if (!$('load').hidden) say('busy', 'The model is still on its way …');
    const ask = await model;
    say('busy', 'Looking at it …');
    await new Promise(done => setTimeout(done, 50)); // so that this can be seen
    const probs = await ask(...prepare(seen, card));
    if (card.task === 'segmentation') tellMask(probs, shown, card); else tellClasses(probs.data, card);
    if (innerWidth < 700) $('result').scrollIntoView({block: 'nearest'});
  } catch (e) { fail(e); }
}

async function main() {
  say('busy', 'Loading …');
  const card = await (await fetch('card.json', {cache: 'no-cache'})).json(), model = start(card);
  const sound = card.opens === 'sound' && await import('./sound.js');
  const [thing, picture] = sound ? ['sound', 'sound'] : ['photo', 'picture'];
  for (const id of ['ask', 'load', 'card']) $(id).hidden = false;
  say('busy', `The model is on its way (${Math.ceil(card.download / 1e6)} MB). You can choose a ${thing} now.`);
  let line = Promise.resolve(), latest = 0;
  const look = (file, sentence) => {
    if (!file) return fail(new Trouble(sentence));
    const turn = ++latest;
    line = line.then(() => turn === latest && answer(file, card, model, sound));
  };
  const on = (target, types, act) => types.split(' ').forEach(o => target.addEventListener(o, act));
  for (const id of ['choose', 'camera']) on($(id), 'change', ({target}) => {
    if (target.files[0]) look(target.files[0]);
    target.value = ''; // the same photo can be chosen again
  });
  on(document, 'dragover dragleave drop', e => {
    e.preventDefault();
    document.body.classList.toggle('over', e.type === 'dragover');
    if (e.type === 'drop') look(e.dataTransfer.files[0], `That was not a file: save the ${picture} first.`);
  });
  on(document, 'paste', e => look(e.clipboardData.files[0], `What you pasted is not a ${picture}.`));
  on($('mix'), 'input', e => { $('colours').style.opacity = e.target.value / 100; });
  if (sound) sound.prepare(look);
  await model;
  $('load').hidden = true;
  if (!latest) say('ready', `Ready. What shall it ${sound ? 'hear' : 'look at'}?`);
}

if (location.protocol !== 'file:') main().catch(e => { $('load').hidden = true; fail(e); });
