// Makes forms better where scripts run; without them everything works as well (docs/web.md, "The script").
//
// - While somebody writes, the form is sent to the address of its live region, and what comes back is shown there: duplicates of a proposal, the
//   preview of a text with its attack tree.
// - What is written is kept in this browser until it was saved, so that a closed tab or an ended session loses nothing. Kept for the member who
//   wrote it only, and thrown away when they log out. Forms about accounts and embargoes are never kept.
'use strict';

(() => {
  const pause = 400; // milliseconds without a key, before the form is sent
  const who = document.querySelector('nav.account a[href="/account"]')?.textContent ?? '';
  const failed = document.querySelector('main [role="alert"]') !== null;

  // ---- what is written stays ----

  const mark = 'casemate:';
  const key = (form) => `${mark}${who}:${new URL(form.action).pathname}:${form.querySelector('[name="field"]')?.value ?? ''}`;
  const isKept = (form) => who !== '' && form.method === 'post' && form.querySelector('textarea') !== null &&
    !/^\/(account|login|acts\/(embargo|member))/.test(new URL(form.action).pathname);
  const written = (form) => [...form.elements].filter((e) => e.matches('textarea, input[type="text"]'));

  const storage = (() => {
    try {
      localStorage.getItem(mark);
      return localStorage;
    } catch {
      return null; // the browser keeps nothing: then nothing is kept
    }
  })();

  function keep(form) {
    const values = Object.fromEntries(written(form).map((e) => [e.name, e.value]));
    try {
      storage.setItem(key(form), JSON.stringify({at: Date.now(), values}));
    } catch { /* it is full: the page still has the text */ }
  }

  function kept(form) {
    try {
      return JSON.parse(storage.getItem(key(form)));
    } catch {
      return null;
    }
  }

  function differs(form, draft) {
    return written(form).some((e) => e.name in draft.values && draft.values[e.name] !== e.value);
  }

  function offer(form, draft) {
    const note = document.createElement('div');
    note.className = 'notice draft';
    note.setAttribute('role', 'status');
    const text = document.createElement('p');
    text.textContent = `This browser has what you wrote here on ${new Date(draft.at).toLocaleString()} and did not save.`;
    const buttons = document.createElement('p');
    buttons.className = 'buttons';
    const add = (label, act) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.addEventListener('click', () => { act(); note.remove(); });
      buttons.append(button, ' ');
    };
    add('Put it back', () => {
      for (const e of written(form)) if (e.name in draft.values) e.value = draft.values[e.name];
      form.dispatchEvent(new Event('input'));
    });
    add('Throw it away', () => storage.removeItem(key(form)));
    note.append(text, buttons);
    form.prepend(note);
  }

  function keepWriting(form) {
    const draft = kept(form);
    if (draft && differs(form, draft) && !failed) offer(form, draft);
    form.addEventListener('input', () => keep(form));
    form.addEventListener('submit', () => { keep(form); sessionStorage.setItem(`${mark}sent`, key(form)); });
  }

  // The page behind a form that was sent: no alert, and not a log-in, says that it was done.
  function forgetSent() {
    const sent = sessionStorage.getItem(`${mark}sent`);
    sessionStorage.removeItem(`${mark}sent`);
    if (sent && !failed && who !== '' && !sent.includes(`:${location.pathname}:`)) storage.removeItem(sent);
  }

  function forgetAll() {
    for (const name of Object.keys(storage)) if (name.startsWith(mark)) storage.removeItem(name);
  }

  // ---- while somebody writes ----

  function live(form, region) {
    let timer, asked;

    async function send() {
      asked?.abort();
      asked = new AbortController();
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
      try {
        const answer = await fetch(region.dataset.live, {method: 'POST', body, signal: asked.signal});
        if (answer.status === 429 || answer.status === 503) return wait((Number(answer.headers.get('Retry-After')) || 2) * 1000);
        if (!answer.ok) return;
        region.innerHTML = await answer.text(); // from our own server's typed writer; the page's policy lets no script in it run
        region.hidden = region.childElementCount === 0;
        form.classList.toggle('has-live', !region.hidden);
      } catch { /* a newer one is on its way, or the network is away: the next key tries again */ }
    }

    function wait(ms) {
      clearTimeout(timer);
      timer = setTimeout(send, ms);
    }

    form.addEventListener('input', () => wait(pause));
    if (written(form).some((e) => e.value.trim() !== '')) wait(0);
  }

  // ----

  if (storage) forgetSent();
  for (const form of document.querySelectorAll('form.act')) {
    if (storage && isKept(form)) keepWriting(form);
    if (storage && new URL(form.action).pathname === '/account/logout') form.addEventListener('submit', forgetAll);
    const region = form.querySelector('[data-live]');
    if (region) live(form, region);
  }
})();
