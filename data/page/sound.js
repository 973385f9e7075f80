// A sound becomes the picture that `sound_picture` in wholegame/pictures.py makes of it. page.js loads this file for a
// model of sounds, and lends it `need`, `$`, `letters`, `element`, `say` and `fail`.
const RATE = 22050, LENGTH = 5 * RATE, FFT = 2048, HOP = 256, BINS = FFT / 2 + 1, MELS = 128, FRAMES = 431;

// ## Samples: how many a second a file holds, so that nobody but `resample` changes that
function rateOf(b) {
  const v = new DataView(b.buffer), start = letters(b, 0, 4000), after = (sign, n) => start.indexOf(sign) + n;
  if (/^(RIFF|RF64)[^]{4}WAVE[^]*fmt [^]{20}/.test(start)) return v.getUint32(after('fmt ', 12), true);
  if (/^fLaC[^]{18}/.test(start)) return v.getUint32(18) >>> 12;
  if (/^OggS[^]*\x01vorbis[^]{9}/.test(start)) return v.getUint32(after('\x01vorbis', 12), true);
  if (!/^(ID3[^]{7}|\xff[\xe2-\xff])/.test(start)) return 48000;
  let i = start[0] === 'I' ? 10 + (b[6] << 21 | b[7] << 14 | b[8] << 7 | b[9]) : 0; // MP3, behind its tags
  while (i + 3 < b.length && !(b[i] === 255 && b[i + 1] >= 0xe2 && (b[i + 2] >> 2 & 3) < 3)) i++;
  return [44100, 48000, 32000][b[i + 2] >> 2 & 3] >> [2, 0, 1, 0][b[i + 1] >> 3 & 3];
}
async function decode(file) {
  need(file.size, 'This file is empty.');
  const most = /^(RIFF|RF64|fLaC)/.test(await file.slice(0, 4).text()) ? 2e8 : 4e7;
  need(file.size <= most, 'This file is too large: cut the sound into pieces.');
  const b = new Uint8Array(await file.arrayBuffer());
  let context;
  try { context = new OfflineAudioContext(1, 1, rateOf(b)); } catch { context = new OfflineAudioContext(1, 1, 48000); }
  const sound = await context.decodeAudioData(b.buffer).catch(() =>
    need(false, 'This file is no sound that this browser can open: save it as WAV, FLAC, OGG or MP3.'));
  need(sound.duration <= 900, 'This sound is longer than 15 minutes: cut it into pieces.');
  const channels = Array.from({length: sound.numberOfChannels}, (_, c) => sound.getChannelData(c));
  return [channels[0].map((_, i) => channels.reduce((sum, o) => sum + o[i], 0) / channels.length), sound.sampleRate];
}
// As scipy's `resample_poly`: a low pass by a Kaiser window (5.0), of which each new sample uses every `up`th number
function resample(x, rate) {
  let [a, b] = [rate, RATE];
  while (b) [a, b] = [b, a % b];
  const up = RATE / a, down = rate / a, most = Math.max(up, down), half = 10 * most;
  if (most === 1) return x;
  const bessel = (z, k = 1, t = 1) => t < 1e-12 ? 0 : t + bessel(z, k + 1, t * (z / 2 / k) ** 2);
  const h = Float64Array.from({length: 2 * half + 1}, (_, j) => {
    const m = Math.PI * (j - half) / most;
    return (m ? Math.sin(m) / m : 1) * bessel(5 * Math.sqrt(1 - ((j - half) / half) ** 2));
  });
  const gain = up / h.reduce((sum, o) => sum + o);
  return Float32Array.from({length: Math.ceil(x.length * up / down)}, (_, i) => {
    let sum = 0, k = Math.max(0, Math.ceil((i * down - half) / up));
    for (let j = i * down - k * up + half; j >= 0 && k < x.length; j -= up) sum += h[j] * x[k++];
    return sum * gain;
  });
}
// Five seconds from where they are loudest; silence follows what is shorter
function loudest(wave) {
  const peak = wave.reduce((a, o) => Math.max(a, Math.abs(o)), 0);
  need(peak < 1e9, 'This sound is broken: some of its numbers are no loudness.');
  need(peak >= 1e-5, 'This sound is silent.');
  const energy = new Float64Array(Math.max(wave.length, LENGTH) + 1), out = new Float32Array(LENGTH);
  for (let i = 1; i < energy.length; i++) energy[i] = energy[i - 1] + (wave[i - 1] ?? 0) ** 2;
  let best = 0, most = energy[LENGTH];
  for (let i = 1, now; i + LENGTH < energy.length; i++)
    if ((now = energy[i + LENGTH] - energy[i]) > most) [best, most] = [i, now];
  out.set(wave.subarray(best, best + LENGTH));
  return out;
}

// ## The picture
// The fast Fourier transform of `re` and `im`, in place
function transform(re, im, cos, sin) {
  for (let i = 1, j = 0; i < FFT; i++) {
    let bit = FFT >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    if (i < (j ^= bit)) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let n = 1; n < FFT; n *= 2) for (let k = 0, step = FFT / 2 / n; k < n; k++)
    for (let i = k, c = cos[k * step], s = sin[k * step]; i < FFT; i += 2 * n) {
      const j = i + n, x = re[j] * c + im[j] * s, y = im[j] * c - re[j] * s;
      [re[j], im[j], re[i], im[i]] = [re[i] - x, im[i] - y, re[i] + x, im[i] + y];
    }
}
// `mel_filters`: for each pitch where its frequencies begin, and how much each of them counts
function melFilters() {
  const top = 2595 * Math.log10(1 + RATE / 2 / 700), hz = i => i * RATE / FFT;
  const edge = Array.from({length: MELS + 2}, (_, i) => 700 * (10 ** (top * i / (MELS + 1) / 2595) - 1));
  return Array.from({length: MELS}, (_, m) => {
    const [a, b, c] = edge.slice(m, m + 3), first = Math.ceil(a * FFT / RATE);
    const n = Math.min(BINS - 1, Math.floor(c * FFT / RATE)) - first + 1;
    return [first, Float32Array.from({length: n}, (_, i) =>
      Math.max(0, Math.min((hz(first + i) - a) / (b - a), (c - hz(first + i)) / (c - b))))];
  });
}
function picture(wave) {
  const turn = i => 2 * Math.PI * i / FFT, filters = melFilters(), pixels = new Uint8Array(3 * MELS * FRAMES);
  const [cos, sin] = [Math.cos, Math.sin].map(f => Float64Array.from({length: FFT / 2}, (_, i) => f(turn(i))));
  const mirror = i => wave[i < 0 ? -i : i < LENGTH ? i : 2 * (LENGTH - 1) - i], db = new Float32Array(MELS * FRAMES);
  [256, 1024, 2048].forEach((n, colour) => { // red sees moments sharply, blue pitches
    const hann = Float64Array.from({length: n}, (_, i) => .5 - .5 * Math.cos(2 * Math.PI * i / n));
    for (let t = 0; t < FRAMES; t++) {
      const re = new Float64Array(FFT), im = new Float64Array(FFT);
      hann.forEach((o, i) => { re[(FFT - n) / 2 + i] = o * mirror(t * HOP - n / 2 + i); });
      transform(re, im, cos, sin);
      filters.forEach(([first, weights], m) => {
        const power = weights.reduce((sum, o, i) => sum + o * (re[first + i] ** 2 + im[first + i] ** 2), 1e-10);
        db[(MELS - 1 - m) * FRAMES + t] = 10 * Math.log10(power);
      });
    }
    const top = db.reduce((a, b) => Math.max(a, b));
    db.forEach((o, i) => { pixels[3 * i + colour] = 255 * Math.max(0, (o - top) / 80 + 1); });
  });
  return {w: FRAMES, h: MELS, c: 3, pixels};
}
// A file, or samples and their rate from the microphone, as the model sees it
export async function open(sound) {
  const seen = picture(loudest(resample(...await (sound.samples ?? decode(sound)))));
  return [seen, seen];
}

// ## The microphone. This very file hears it, loaded once more beside the page
if (globalThis.registerProcessor) registerProcessor('ear', class extends AudioWorkletProcessor {
  process([[channel]]) { if (channel) this.port.postMessage(channel.slice()); return true; }
});
// Samples and their rate; `tell` hears how many seconds are left
async function record(tell, stopped) {
  const context = new AudioContext(), wave = new Float32Array(5 * context.sampleRate);
  const audio = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  let stream, n = 0;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio}).catch(e => need(false, e.name === 'NotFoundError' ?
      'No microphone was found: choose a sound file.' :
      'This page may not use the microphone: allow it in the browser, or choose a sound file.'));
    await context.audioWorklet.addModule(import.meta.url);
    const ear = new AudioWorkletNode(context, 'ear');
    context.createMediaStreamSource(stream).connect(ear).connect(context.destination); // which gets silence
    say('busy', 'Recording …');
    await new Promise(done => {
      ear.port.onmessage = ({data}) => {
        wave.set(data.subarray(0, wave.length - n), n);
        n = Math.min(n + data.length, wave.length);
        if (n === wave.length) done(); else tell(Math.ceil(5 - n / context.sampleRate));
      };
      stopped.then(done);
      setTimeout(done, 9000); // a microphone may give nothing
    });
    ear.port.onmessage = null;
  } finally {
    stream?.getTracks().forEach(o => o.stop());
    context.close();
  }
  return [wave.subarray(0, n), context.sampleRate];
}
// A button to record, in place of the one for the camera. `look` gets files, and what is being recorded
export function prepare(look) {
  const words = element('span'), button = Object.assign(element('button', words), {className: 'button', id: 'record'});
  const ready = () => { stop = null; words.textContent = 'Record five seconds'; };
  const tell = left => { words.textContent = `Stop (${left} s left)`; };
  let stop;
  ready();
  button.onclick = () => {
    if (stop) return stop();
    tell(5);
    const samples = record(tell, new Promise(done => { stop = done; }));
    samples.finally(ready).catch(() => {}); // `open` tells
    look({samples});
  };
  const can = navigator.mediaDevices && window.AudioWorkletNode;
  $('by-camera').replaceWith(...can ? [button] : []);
  if (!can) $('ways').append('. Recording needs a newer browser, or an address that begins with https.');
  $('choose').accept = 'audio/*';
  $('photo').setAttribute('aria-label', 'Your sound as a picture');
  $('seen').append(element('figcaption', 'As the model sees it: time runs to the right, high tones are on top.'));
}
