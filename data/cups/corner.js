// The cups in a corner of the slides: tools/slides_config.py puts this into RISE's page, after the address CUPS
{
  const box = document.createElement('div'), frame = document.createElement('iframe');
  box.title = 'The cups. A click or Alt+K hides them, and shows them again';
  frame.title = 'The cups of the class';
  frame.tabIndex = -1;
  box.style.cssText = 'position:fixed;top:6px;right:6px;z-index:1000;width:236px;height:42px;overflow:hidden;' +
    'cursor:pointer;background:#8888;border-radius:6px';
  frame.style.cssText = 'width:236px;height:42px;border:0;pointer-events:none';  // the keys stay with the slides
  box.append(frame);
  const hide = e => {
    e.preventDefault();
    e.stopPropagation();
    frame.hidden = !frame.hidden;
    for (const o of ['width', 'height']) box.style[o] = frame.hidden ? '14px' : frame.style[o];
  };
  box.addEventListener('mousedown', hide);
  addEventListener('keydown', e => e.altKey && e.code === 'KeyK' && hide(e), true);

  // Which slide is shown: its number, and the last heading up to it
  const slide = () => {
    const all = [...document.querySelectorAll('.slides > section > section')];
    const n = all.findIndex(o => o.matches('.present > .present'));
    const head = ':is(h1, h2, h3):is(.jp-RenderedMarkdown *):not(.reveal-skip *, aside *)';
    const heads = all.slice(0, n + 1).map(o => o.querySelector(head)).filter(o => o);
    return n < 0 ? null : `${n + 1}. ${heads.at(-1)?.textContent.replace(/¶$/, '') ?? ''}`;
  };
  let there = false;  // has the page answered? Until then it is asked for again, should the server start later
  addEventListener('message', e => { there ||= e.source === frame.contentWindow; });
  const load = () => { if (!there) frame.src = CUPS + '?corner'; };
  setInterval(() => {
    if (there && !document.hidden && slide()) frame.contentWindow.postMessage({slide: slide()}, CUPS);
  }, 500);
  setInterval(load, 10000);
  document.body.append(box);
  load();
}
