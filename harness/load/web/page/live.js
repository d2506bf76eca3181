// Asks for what changed, once a second while anybody looks, and shows it.
"use strict";

const EVERY_MS = 1000;
const RECENT_S = 300;
// The fewest seconds that a chart spans, and the most bars that can be told apart.
const SHORTEST_S = 10;
const MOST_BARS = 240;
const STATES = { ready: "ready", spawning: "customers are coming", running: "under way", stopping: "stopping", cleanup: "stopping", stopped: "stopped", missing: "gone" };
const PARTS = [["answered", "good"], ["late", "warn"], ["ambiguous", "odd"], ["waiting", "quiet"], ["lost", "bad"]];
const LIMITED = [["limited", "warn"], ["sessions_limited", "odd"]];
const ARRIVALS = { first: "good", further: "good", duplicate: "odd", unsolicited: "odd", misrouted: "bad", malformed: "bad" };

const rows = new Map();
let revision = 0;
let range = "start";
let latest = null;

const id = name => document.getElementById(name);
const text = (name, value) => { id(name).textContent = value; };
const count = number => number.toLocaleString("en-US");
const rate = value => value >= 100 || Number.isInteger(value) ? count(Math.round(value)) : `${Number(value.toPrecision(2))}`;
const share = (part, whole) => whole ? `${(100 * part / whole).toFixed(part === whole || !part ? 0 : 1)} %` : "–";
const time = ms => ms === undefined || ms === null ? "–" : ms >= 10000 ? `${(ms / 1000).toFixed(1)} s`
  : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
const tick = ms => ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(3))} ms`;
const status = (name, tone, said) => { id(name).className = `status ${tone}`; text(name, said); };

// Locust's own switch, where somebody used it; otherwise the system's preference.
const theme = () => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
};

const merged = (group, told) => {
  const sum = { at: group[0].at, end: group[group.length - 1].at + group[group.length - 1].width, waiting: 0, lost: 0, reply: null };
  for (const row of group) {
    const open = row.accepted - row.answered - row.late - row.ambiguous;
    sum[told.now >= row.at + row.width + told.reply_timeout_s ? "lost" : "waiting"] += open;
    for (const name of ["sent", "accepted", "answered", "late", "ambiguous", "limited", "sessions_limited"])
      sum[name] = (sum[name] || 0) + row[name];
    if (row.reply) for (const name of ["p50", "p95", "p99"])
      sum.reply = { ...sum.reply, [name]: Math.max(row.reply[name], (sum.reply && sum.reply[name]) || 0) };
  }
  return sum;
};

// The rows between two moments, a few seconds together where there are too many; then the worst of them is shown.
const steps = (begin, end, told) => {
  const width = Math.ceil((end - begin) / MOST_BARS);
  const groups = new Map();
  for (const row of [...rows.values()].sort((a, b) => a.at - b.at)) {
    if (row.at + row.width <= begin || row.at >= end) continue;
    const key = Math.floor((row.at - begin) / width);
    groups.set(key, [...(groups.get(key) || []), row]);
  }
  return [...groups.values()].map(group => merged(group, told));
};

const shown = told => {
  const idle = ["ready", "stopped"].includes(told.state);
  const ends = [...rows.values()].map(row => row.at + row.width);
  const end = idle && ends.length ? Math.max(...ends) : Math.floor(told.now);
  const first = rows.size ? Math.min(...rows.keys()) : end;
  const start = Math.floor(told.starts.length ? told.starts[told.starts.length - 1] : first);
  const begin = { recent: Math.max(first, end - RECENT_S), start: Math.max(first, start), all: first }[range];
  return [begin, Math.max(end, begin + SHORTEST_S)];
};

const lines = (all, across, up) => ["p99", "p95", "p50"].flatMap(name => {
  const found = [["", []]];
  let before = null;
  for (const step of all) {
    if (!step.reply) { found.push(["", []]); before = null; continue; }
    const point = [across.place((step.at + step.end) / 2), up.place(step.reply[name])];
    const look = step.waiting ? " faded" : "";
    // A gap in time is a gap in the line; where it begins to fade, it goes on from the last point.
    if (before && step.at - before.end > 2 * (step.end - step.at) + 1) found.push([look, []]);
    else if (found[found.length - 1][0] !== look) found.push([look, before ? [found[found.length - 1][1].at(-1)] : []]);
    found[found.length - 1][1].push(point);
    before = step;
  }
  return found.map(([look, points]) => [look, points.filter(Boolean)]).filter(([, points]) => points.length)
    .map(([look, points]) => [`${name}${look}`, line(points.length > 1 ? points : [[points[0][0] - 3, points[0][1]], [points[0][0] + 3, points[0][1]]])]);
});

const stacked = (all, parts, across) => {
  const per = step => 1 / (step.end - step.at);
  const up = linear(Math.max(0, ...all.map(step => parts.reduce((sum, [name]) => sum + step[name], 0) * per(step))));
  const drawn = new Map(parts.map(([, tone]) => [tone, ""]));
  for (const step of all) {
    const [left, right] = [across.place(step.at), across.place(step.end)];
    const gap = all.length < 80 ? (right - left) * 0.1 : 0;
    let bottom = 0;
    for (const [name, tone] of parts) {
      const top = bottom + up.place(step[name] * per(step));
      if (step[name]) drawn.set(tone, drawn.get(tone) + box(left + gap, right - gap, bottom, top));
      bottom = top;
    }
  }
  return [up, [...drawn].filter(([, d]) => d).map(([tone, d]) => [`stack ${tone}`, d])];
};

const charts = told => {
  const [begin, end] = shown(told);
  const all = steps(begin, end, told);
  const across = timeAxis(begin, end);
  const when = step => step.end - step.at === 1 ? `second ${step.at - begin}` : `seconds ${step.at - begin} to ${step.end - begin - 1}`;
  const columns = say => all.map(step => [across.place(step.at), across.place(step.end) - across.place(step.at), `${when(step)}: ${say(step)}`]);
  const latencies = all.filter(step => step.reply).flatMap(step => [step.reply.p50, step.reply.p99]);
  const up = fitting(latencies);
  text("axis", up.logarithmic ? ", on a logarithmic axis" : "");
  draw(id("latency"), {
    drawings: lines(all, across, up), up, upLabel: tick, across,
    columns: columns(s => s.reply ? `p50 ${time(s.reply.p50)}, p95 ${time(s.reply.p95)}, p99 ${time(s.reply.p99)}` : "no reply"),
    nothing: latencies.length ? "" : "No reply yet",
  });
  const [classesUp, classes] = stacked(all, PARTS, across);
  draw(id("classes"), {
    drawings: classes, up: classesUp, upLabel: rate, across,
    columns: columns(s => PARTS.filter(([name]) => s[name]).map(([name]) => `${s[name]} ${name}`).join(", ") || "none accepted"),
    nothing: classes.length ? "" : "No message yet",
  });
  const [limitedUp, limited] = stacked(all, LIMITED, across);
  draw(id("limited"), {
    drawings: limited, up: limitedUp, upLabel: rate, across,
    columns: columns(s => `${s.limited} of ${s.sent} messages, ${s.sessions_limited} sessions`),
    nothing: limited.length ? "" : "Nothing was limited",
  });
};

const sum = (title, total, parts) => {
  const bar = make("div", { class: "bar", "aria-hidden": "true" },
    ...parts.filter(([, number]) => number).map(([, number, tone]) => make("span", { class: tone, style: `flex-grow:${number}` })));
  const legend = make("ul", { class: "legend" }, ...parts.map(([name, number, tone]) =>
    make("li", { class: number ? tone : `${tone} none` }, `${name} `, make("strong", {}, count(number)))));
  return make("div", { class: "sum", "data-sum": title }, make("h3", {}, make("strong", {}, count(total)), ` ${title}`), bar, legend);
};

const sums = told => {
  const { messages: m, replies, arrivals } = told;
  const outcomes = [["accepted", m.accepted, "good"], ["limited", m.limited, "warn"], ["refused", m.refused, "bad"], ["failed", m.failed, "bad"], ["missed", m.missed, "odd"]];
  id("sums").replaceChildren(
    sum("messages planned", m.planned, outcomes),
    sum("messages accepted", m.accepted, PARTS.map(([name, tone]) => [name === "lost" ? "lost so far" : name, replies[name], tone])),
    sum("arrivals at the webhook", Object.values(arrivals).reduce((a, b) => a + b, 0), Object.entries(ARRIVALS).map(([name, tone]) => [name, arrivals[name], tone])));
};

const validity = ({ verdict, reasons, lateness, gauges }, began) => {
  const tone = { valid: "good", degraded: "warn", invalid: "odd" }[verdict];
  const known = began !== null;
  status("verdict", known ? tone : "quiet", known ? verdict : "not yet");
  text("verdict-why", !known ? "nothing was sent" : reasons.length ? `${reasons.length} reason${reasons.length > 1 ? "s" : ""}, below` : "the harness kept up");
  id("reasons").replaceChildren(...(reasons.length ? reasons : [known ? "So far the harness kept up: requests leave on time, and the sink answers at once." : "Nothing was sent yet."])
    .map(reason => make("li", { class: known ? tone : "quiet" }, reason)));
  const cells = (...values) => values.map(value => make("td", {}, value));
  const table = [["Requests sent after they were due", time(lateness && lateness.p50), time(lateness && lateness.p99), time(lateness && lateness.max)]];
  for (const [name, gauge] of Object.entries(gauges)) {
    const [source, what] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
    if (what === "lag_ms") table.push([`Lag of the ${source} process's event loop`, time(gauge.p50), time(gauge.p99), time(gauge.max)]);
    else if (what === "cpu_percent") table.push([`CPU of the ${source} process, of one core`, ...[gauge.p50, gauge.p99, gauge.max].map(value => `${value.toFixed(0)} %`)]);
    else if (what.startsWith("rejected.")) table.push([`Calls that the sink turned away: ${what.slice(9)}`, "", "", count(gauge.max)]);
  }
  id("kept-up").replaceChildren(...table.map(([label, ...values]) => make("tr", {}, make("th", { scope: "row" }, label), ...cells(...values))));
};

const head = told => {
  const { plan } = told;
  text("scenario", plan.scenario);
  const who = plan.arrival_rate ? `${plan.arrival_rate} new customers a second` : `${told.users} of ${plan.customers} customers`;
  const line = plan.connections ? `${plan.connections} connections shared` : "a connection for each";
  text("plan", `${who}, thinking ${plan.think_s} s, ${line} · ${told.target}`);
  status("state", told.state === "running" || told.state === "spawning" ? "good" : "quiet", STATES[told.state] || told.state);
  const ready = told.report.written !== null;
  id("report").hidden = !ready && told.report.state === "none";
  text("report", { writing: "Report is being written …", failed: "No report: see Logs" }[told.report.state] || "Report so far");
  if (ready) id("report").href = "./report/"; else id("report").removeAttribute("href");
};

const tiles = ({ messages, replies, reply }) => {
  text("accepted", count(messages.accepted));
  text("accepted-of", `${share(messages.accepted, messages.sent)} of ${count(messages.sent)} sent`);
  text("answered", count(replies.answered));
  text("answered-of", `${share(replies.answered, messages.accepted)} · ${count(replies.waiting)} waiting`);
  text("lost", count(replies.lost));
  text("lost-of", `${share(replies.lost, messages.accepted)} of the accepted`);
  text("p50", time(reply && reply.p50));
  text("p99", time(reply && reply.p99));
  text("p95", reply ? `p95 ${time(reply.p95)}, max ${time(reply.max)}` : "from the send");
};

const show = told => {
  head(told);
  tiles(told);
  charts(told);
  sums(told);
  validity(told.validity, told.began);
};

const ask = async () => {
  const answer = await fetch(`./live?since=${revision}`, { redirect: "error" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const told = await answer.json();
  if (told.reset) rows.clear();
  for (const row of told.rows) rows.set(row.at, row);
  revision = told.revision;
  return told;
};

const look = async () => {
  if (!document.hidden) {
    try {
      latest = await ask();
      id("trouble").hidden = true;
      show(latest);
    } catch (error) {
      text("trouble", `Nothing new: Locust's process does not answer (${error.message}). What is shown is how it was.`);
      id("trouble").hidden = false;
    }
  }
  setTimeout(look, EVERY_MS);
};

for (const button of document.querySelectorAll(".range button"))
  button.addEventListener("click", () => {
    range = button.dataset.range;
    for (const each of document.querySelectorAll(".range button")) each.setAttribute("aria-pressed", each === button);
    if (latest) charts(latest);
  });
addEventListener("storage", theme);
theme();
look();
