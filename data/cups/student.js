'use strict';
// Says the colour every ten seconds, so that the cup stays; the id and the colour live as long as this tab
let kept = {};
try { kept = sessionStorage; } catch { /* forbidden in this browser: then a reload forgets the colour */ }
const page = document.body.dataset, status = document.querySelector('[role=status]');
const cups = [...document.querySelectorAll('input')];
kept.id ??= page.id;
let late = 0;

async function beat() {
  clearTimeout(late);
  late = setTimeout(beat, 9000 + 2000 * Math.random());
  if (!kept.colour) return;
  let answer = {status: 0};
  try {
    answer = await fetch('beat', {method: 'POST', body: JSON.stringify({id: kept.id, colour: kept.colour}),
                                  signal: AbortSignal.timeout?.(5000)});
  } catch { /* the network is gone: said below, and tried again */ }
  if (answer.status === 403 && kept.id === page.id) return location.reload();  // another class has begun
  if (answer.status === 403) { kept.id = page.id; return beat(); }
  if (answer.status === 429) { clearTimeout(late); late = setTimeout(beat, 400); return; }
  status.textContent = answer.status === 204 ? 'Your cup is on the desk while this page is open. Change it whenever you like.' :
    answer.status === 503 ? 'There is no room for one more cup. This page keeps trying.' :
    'Your cup does not get through just now. This page keeps trying.';
}

for (const o of cups) {
  o.checked = o.value === kept.colour;
  o.addEventListener('change', () => { kept.colour = o.value; beat(); });
}
document.addEventListener('visibilitychange', () => document.hidden || beat());
beat();
