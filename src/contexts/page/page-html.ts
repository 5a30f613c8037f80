/** The page of the hello world, without what its script shows. */

const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16181d);
  --card: light-dark(#fff, #1f232b);
  --line: light-dark(#d9d6cf, #363c48);
  --text: light-dark(#1d1f24, #eceef2);
  --quiet: light-dark(#5b606b, #a3abb9);
  --strong: light-dark(#1f4fd8, #8fb0ff);
  --on-strong: light-dark(#fff, #0d1428);
  --pending: light-dark(#8a4b00, #ffc27a);
  --wrong: light-dark(#b3261e, #ff9a92);
  font: 1rem/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 4rem; display: grid; gap: 1.25rem; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -0.01em; }
h2 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--quiet); }
p { margin: 0; }
.quiet { color: var(--quiet); }
.row { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
.cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
.card, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1.25rem; }
.card { border-top: 4px solid var(--line); display: grid; gap: 0.5rem; align-content: start; }
.card[data-status='pending'] { border-top-color: var(--pending); }
.card[data-status='past'] { border-top-color: var(--strong); border-top-style: dashed; }
.value { font: 600 1.75rem/1.25 ui-monospace, monospace; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.card[data-status='pending'] .value { color: var(--pending); }
input, button { font: inherit; color: inherit; border-radius: 0.5rem; }
input[type='text'], input[type='password'] { background: var(--ground); border: 1px solid var(--line); padding: 0.5rem 0.75rem; min-width: 0; flex: 1 1 12rem; }
button { border: 1px solid var(--line); background: var(--card); padding: 0.5rem 1rem; cursor: pointer; }
button.main { background: var(--strong); border-color: var(--strong); color: var(--on-strong); font-weight: 600; }
button:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
input[type='range'] { flex: 1 1 12rem; min-width: 0; accent-color: var(--strong); }
ol { list-style: none; margin: 0.75rem 0 0; padding: 0; }
li { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; padding: 0.5rem 0; border-top: 1px solid var(--line); min-height: 3.5rem; }
li .what { flex: 1 1 10rem; overflow-wrap: anywhere; }
li[data-status='pending'] .what { color: var(--pending); }
li[data-status='retracted'] .number { text-decoration: line-through; }
.position { font: 0.9rem ui-monospace, monospace; color: var(--quiet); min-width: 3.5rem; }
.wrong { color: var(--wrong); }
[hidden] { display: none !important; }
a { color: var(--strong); }
`;

/** @param scripts what runs it */
export function pageHtml(scripts: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Leftfold: the sum and the product</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
${scripts}
</head>
<body>
<main>
<header>
<h1>One log, two states</h1>
<p class="quiet">Every number is an event. One context adds them up, another multiplies them; neither knows of the other.</p>
</header>

<form id="record" class="panel row" autocomplete="off">
<label for="number">A number</label>
<input id="number" type="text" inputmode="numeric" aria-describedby="message" required>
<button class="main" type="submit">Record</button>
</form>
<p id="message" role="status" class="quiet">Loading…</p>

<form id="access" class="panel row" autocomplete="off" hidden>
<label for="key">This server asks for a key</label>
<input id="key" type="password" autocomplete="off" required>
<button type="submit">Use it</button>
</form>

<div class="cards">
<section id="sum" class="card" aria-labelledby="sum-name">
<h2 id="sum-name">Sum</h2>
<p class="value" aria-live="polite">…</p>
<p class="about quiet"></p>
</section>
<section id="product" class="card" aria-labelledby="product-name">
<h2 id="product-name">Product</h2>
<p class="value" aria-live="polite">…</p>
<p class="about quiet"></p>
</section>
</div>

<section class="panel" aria-labelledby="past-name">
<h2 id="past-name">The past</h2>
<div class="row">
<label for="position">As of position</label>
<input id="position" type="range" min="0" max="0" value="0" step="1">
<output id="at" for="position">now</output>
<button id="now" type="button" disabled>Back to now</button>
</div>
</section>

<section class="panel" aria-labelledby="log-name">
<h2 id="log-name">The end of the log</h2>
<ol id="log" aria-live="off"></ol>
</section>

<nav aria-label="More" class="row">
<a href="/docs">Every request, to try out</a>
<a href="/events">The events</a>
<a href="/projections">The projections</a>
</nav>
</main>
<noscript><p>This page needs JavaScript; <a href="/docs">the API</a> does not.</p></noscript>
</body>
</html>
`;
}
