// Charts as the report draws them: a plot is 1000 units wide and high, whatever its size on the page; ticks are text
// beside it. Nothing here knows what is drawn.
"use strict";

const SIZE = 1000;
// From this ratio of the largest to the middle value on, only a logarithmic axis shows both.
const WIDE = 20;

const make = (name, attributes = {}, ...children) => {
  const space = ["svg", "path", "line", "rect", "title"].includes(name) ? "http://www.w3.org/2000/svg" : null;
  const element = space ? document.createElementNS(space, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const roundStep = length => {
  const power = 10 ** Math.floor(Math.log10(length / 5));
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= length / 5 * 0.999);
};

const linear = highest => {
  const step = roundStep(highest || 1);
  const high = Math.ceil((highest || 1) / step - 1e-9) * step;
  const values = [];
  for (let value = 0; value <= high + step / 2; value += step) values.push(Number(value.toPrecision(12)));
  return { high, values, logarithmic: false, place: value => SIZE * value / high };
};

const logarithmic = (least, highest) => {
  const rounded = (value, up) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const choices = [1, 2, 5, 10].map(factor => factor * power);
    return up ? choices.find(each => each >= value * 0.999) : choices.filter(each => each <= value * 1.001).pop();
  };
  const low = rounded(Math.max(least, 0.001), false);
  const top = rounded(highest, true);
  const high = top > low ? top : low * 10;
  const few = high / low <= 100;
  const values = [];
  for (let power = 10 ** Math.floor(Math.log10(low) + 1e-9); power <= high * 1.001; power *= 10)
    for (const factor of few ? [1, 2, 5] : [1])
      if (factor * power >= low * 0.999 && factor * power <= high * 1.001) values.push(factor * power);
  const span = Math.log(high / low);
  return { high, values, logarithmic: true, place: value => SIZE * Math.log(Math.max(value, low) / low) / span };
};

const fitting = values => {
  const ordered = values.filter(value => value > 0).sort((a, b) => a - b);
  if (!ordered.length) return linear(1);
  const highest = ordered[ordered.length - 1];
  const middle = ordered[ordered.length >> 1];
  return highest / middle > WIDE ? logarithmic(ordered[0], highest) : linear(highest);
};

const timeAxis = (begin, end) => {
  const length = end - begin;
  const [size, name] = [[3600, "h"], [60, "min"], [1, "s"]].find(([unit]) => length >= 3 * unit || unit === 1);
  const step = Math.max(1, roundStep(length / size));
  const ticks = [];
  for (let value = 0; value * size <= length; value += step) ticks.push([100 * value * size / length, `${value} ${name}`]);
  return { ticks, place: second => SIZE * (second - begin) / length };
};

const line = points => points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${(SIZE - y).toFixed(1)}`).join("");

const box = (left, right, bottom, top) =>
  `M${left.toFixed(1)} ${(SIZE - bottom).toFixed(1)}V${(SIZE - top).toFixed(1)}H${right.toFixed(1)}V${(SIZE - bottom).toFixed(1)}Z`;

// Puts a plot in `place`: drawings are [class, path data], columns [left, width, title] to point at.
const draw = (place, { drawings, columns, up, upLabel, across, nothing }) => {
  const values = nothing ? up.values.slice(0, 1) : up.values;
  const grid = values.map(value => make("line", { x1: 0, x2: SIZE, y1: SIZE - up.place(value), y2: SIZE - up.place(value) }));
  const paths = drawings.map(([look, d]) => make("path", { class: look, d }));
  const spots = columns.map(([left, width, title]) =>
    make("rect", { class: "at", x: left, width: Math.max(width, 1), y: 0, height: SIZE }, make("title", {}, title)));
  const label = (side, at, text) => make("span", { style: `${side}:${at}%` }, text);
  place.replaceChildren(make("div", { class: "plot" },
    make("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "none" }, ...grid, ...paths, ...spots),
    make("div", { class: "ticks up", "aria-hidden": "true" }, ...values.map(v => label("bottom", up.place(v) / 10, upLabel(v)))),
    make("div", { class: "ticks across", "aria-hidden": "true" }, ...across.ticks.map(([at, text]) => at > 97 ? label("right", 100 - at, text) : label("left", at, text))),
    ...(nothing ? [make("div", { class: "nothing" }, nothing)] : [])));
};
