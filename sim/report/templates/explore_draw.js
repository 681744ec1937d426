"use strict";

// Drawing: it places what it is given on the screen. It knows no words and computes no
// statistics. Elements are made one by one and text is set as text, so nothing in a name
// can become markup.
const Draw = (() => {
  const SHAPES = [
    (r) => `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`,
    (r) => `M${-r} ${-r}H${r}V${r}H${-r}Z`,
    (r) => `M0 ${-r}L${r} ${r}H${-r}Z`,
    (r) => `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0Z`,
    (r) => `M0 ${r}L${r} ${-r}H${-r}Z`,
    (r) => `M${-r} ${-r / 3}H${-r / 3}V${-r}H${r / 3}V${-r / 3}H${r}V${r / 3}H${r / 3}V${r}H${-r / 3}V${r / 3}H${-r}Z`,
    (r) => `M${-r} ${-r}L0 ${-r / 2}L${r} ${-r}L${r / 2} 0L${r} ${r}L0 ${r / 2}L${-r} ${r}L${-r / 2} 0Z`,
    (r) => `M0 ${-r}L${r} ${-r / 4}L${0.6 * r} ${r}H${-0.6 * r}L${-r} ${-r / 4}Z`,
  ];
  const DASHES = ["none", "8 3", "2.5 2", "9 3 2.5 3"];
  const GOLDEN = 0.61803398875;
  const NARROW = 620;

  let space = null; // of SVG elements; taken from the page, which has one

  const node = (name, attributes, parent, text) => {
    const made = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };

  const known = (values) => values.filter((value) => value !== null && value !== undefined);

  // Round steps of 1, 2 or 5, so that an axis reads easily; three marks at least.
  const ticks = (low, high, most) => {
    const rough = (high - low) / Math.max(most, 3);
    const power = 10 ** Math.floor(Math.log10(rough));
    const steps = [0.5, 1, 2, 5, 10].map((f) => f * power);
    const place = steps.findIndex((s) => s >= rough * 0.999999);
    const few = Math.floor(high / steps[place]) - Math.ceil(low / steps[place]) < 2;
    const step = steps[place - (few ? 1 : 0)];
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const found = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) {
      found.push({ value: n * step + 0, places });
    }
    return found;
  };

  const decades = (low, high) => {
    if (!(low > 0)) return []; // it would have no end
    const found = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
      for (const factor of [1, 2, 5]) {
        const value = factor * 10 ** power;
        if (value >= low && value <= high) found.push({ value, places: Math.max(0, -power) });
      }
    }
    return found;
  };

  const padded = (numbers, log) => {
    let low = Math.min(...numbers);
    let high = Math.max(...numbers);
    if (log) return [low / 1.15, high * 1.15];
    const room = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
    return [low - room, high + room];
  };

  const scaled = ([low, high], [from, to], log) => {
    const turn = log ? Math.log10 : (value) => value;
    const reach = turn(high) - turn(low) || 1;
    return (value) => from + ((turn(value) - turn(low)) / reach) * (to - from);
  };

  const canvas = (chart, width, height) => {
    const old = chart.querySelector("svg");
    space = old.namespaceURI;
    const made = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    old.replaceWith(made);
    return made;
  };

  // Texts are measured and not guessed: letters of one language are twice as wide as others'.
  const widthOf = (svg, text, name) => {
    const probe = node("text", { class: name, visibility: "hidden" }, svg, text);
    const width = probe.getComputedTextLength();
    probe.remove();
    return width;
  };
  const widest = (svg, texts, name) => Math.max(0, ...texts.map((text) => widthOf(svg, text, name)));
  const shortened = (svg, text, room, name) => {
    if (widthOf(svg, text, name) <= room) return text;
    const letters = [...text];
    while (letters.length && widthOf(svg, `${letters.join("")}…`, name) > room) letters.pop();
    return `${letters.join("")}…`;
  };

  const across = (svg, frame, label, short) => {
    const most = Math.floor((frame.right - frame.left) / 90);
    const marks = frame.log ? decades(...frame.domain) : ticks(...frame.domain, most);
    let free = -Infinity;
    for (const { value, places } of marks) {
      const x = frame.x(value);
      const text = frame.write(value, places);
      node("line", { x1: x, x2: x, y1: frame.top, y2: frame.bottom, class: "grid" }, svg);
      const half = widthOf(svg, text, "tick") / 2;
      const at = Math.min(Math.max(x, half), frame.width - half);  // inside the figure
      if (at - half < free) continue;
      free = at + half + 6;
      node("text", { x: at, y: frame.bottom + 17, class: "tick", "text-anchor": "middle" }, svg, text);
    }
    const middle = (frame.left + frame.right) / 2;
    const room = 2 * Math.min(middle, frame.width - middle);
    const shown = widthOf(svg, label, "axis") > room ? short : label;
    node("text", { x: middle, y: frame.bottom + 38, class: "axis", "text-anchor": "middle" }, svg, shortened(svg, shown, room, "axis"));
  };

  const bar = (group, from, to, y, half, name) =>
    node("rect", { x: Math.min(from, to), width: Math.max(Math.abs(to - from), 1), y: y - half, height: 2 * half, class: name }, group);
  const line = (group, x1, x2, y1, y2, name) => node("line", { x1, x2, y1, y2, class: name }, group);
  const shape = (group, place, x, y, size, name) =>
    node("path", { d: SHAPES[place % SHAPES.length](size), transform: `translate(${x} ${y})`, class: name }, group);
  const diamond = (group, x, y) => shape(group, 3, x, y, 5, "diamond");
  const cap = (group, x, y) => line(group, x, x, y - 5, y + 5, "rod");

  // One function for each way to look at an outcome; each gives the places of its values.
  const ROWS = {
    spread(group, row, x, y) {
      const [p05, p25, median, p75, p95, mean] = row.numbers.map((v) => (v === null ? null : x(v)));
      const points = dots(group, row, x, y);
      line(group, p05, p25, y, y, "rod");
      line(group, p75, p95, y, y, "rod");
      bar(group, p25, p75, y, 9, "box");
      line(group, median, median, y - 9, y + 9, "median");
      diamond(group, mean, y);
      return [...points, { x: mean, y }];
    },
    mean: interval,
    difference: interval,
    quantiles(group, row, x, y) {
      const [low, median, high] = row.numbers.map(x);
      line(group, low, high, y, y, "rod");
      cap(group, low, y);
      cap(group, high, y);
      line(group, median, median, y - 9, y + 9, "median");
      return [low, median, high].map((at) => ({ x: at, y }));
    },
    pairs(group, row, x, y) {
      const points = dots(group, row, x, y);
      const median = x(row.numbers[0]);
      line(group, median, median, y - 14, y + 14, "median");
      return [...points, { x: median, y }];
    },
    share(group, row, x, y) {
      const [better, equal, , low, high] = row.numbers;
      bar(group, x(0), x(100), y, 9, "whole");
      if (equal > 0) bar(group, x(better), x(better + equal), y, 9, "equal");
      if (better > 0) bar(group, x(0), x(better), y, 9, "part");
      line(group, x(low), x(high), y, y, "spoke");
      line(group, x(low), x(low), y - 5, y + 5, "spoke");
      line(group, x(high), x(high), y - 5, y + 5, "spoke");
      return [{ x: x(better), y }];
    },
  };

  function interval(group, row, x, y) {
    const [mean, low, high] = row.numbers;
    if (low !== null) {
      line(group, x(low), x(high), y, y, "rod");
      cap(group, x(low), y);
      cap(group, x(high), y);
    }
    diamond(group, x(mean), y);
    return [{ x: x(mean), y }];
  }

  // Spread by a fixed sequence and not by chance: the same picture every time.
  function dots(group, row, x, y) {
    return row.values.map(({ value, lines }, n) => {
      const at = { x: x(value), y: y + 30 * (((n * GOLDEN) % 1) - 0.5), lines };
      node("circle", { cx: at.x, cy: at.y, r: 3.2, class: "dot" }, group);
      return at;
    });
  }

  const numbersOf = (view) =>
    known(view.rows.flatMap((row) => [...row.values.map((one) => one.value), ...(row.numbers || [])]));

  const rows = (chart, view) => {
    const width = Math.max(chart.clientWidth, 260);
    const narrow = width < NARROW;
    const high = narrow ? 74 : 58;
    const bottom = 8 + high * view.rows.length;
    const svg = canvas(chart, width, bottom + 48);
    const names = widest(svg, view.rows.map((row) => row.label), "name");
    const beside = widest(svg, view.rows.flatMap((row) => row.beside), "beside");
    const frame = {
      width,
      left: narrow ? 10 : Math.min(names + 28, 0.3 * width),
      right: width - (narrow || !beside ? 16 : beside + 18),
      top: 8,
      bottom,
      log: view.log,
      write: view.write,
    };
    const numbers = [...numbersOf(view), ...(view.zero ? [0] : [])];
    const isAny = numbersOf(view).length > 0;
    frame.domain = view.domain || (numbers.length ? padded(numbers, view.log) : [0, 1]);
    frame.x = scaled(frame.domain, [frame.left, frame.right], view.log);
    if (view.side && isAny) {
      const edge = view.side === "higher" ? frame.right : frame.left;
      bar(svg, frame.x(0), edge, (frame.top + frame.bottom) / 2, (frame.bottom - frame.top) / 2, "better-side");
    }
    if (isAny) across(svg, frame, view.label, view.unit);
    if (view.zero && isAny) line(svg, frame.x(0), frame.x(0), frame.top, frame.bottom, "zero");
    return view.rows.map((row, place) => {
      const top = frame.top + high * place;
      const y = narrow ? top + 46 : top + high / 2;
      const group = node("g", { class: `row a${row.colour}` }, svg);
      name(svg, group, row, frame, { top, y, narrow });
      if (!row.numbers || row.numbers[0] === null) {
        node("text", { x: frame.left + 8, y: y + 4, class: "quiet" }, group, view.undefined);
        return [{ x: frame.left, y, lines: row.lines }];
      }
      const points = ROWS[view.key](group, row, frame.x, y);
      return points.map((point) => ({ lines: row.lines, ...point })).sort((a, b) => a.x - b.x);
    });
  };

  const name = (svg, group, row, frame, { top, y, narrow }) => {
    const [first, ...rest] = row.beside;
    if (!narrow) {
      const text = shortened(svg, row.label, frame.left - 16, "name");
      node("text", { x: frame.left - 14, y: y + 4, class: "name", "text-anchor": "end" }, group, text);
      const from = y + 4 - 8 * rest.length;
      row.beside.forEach((line, n) => {
        node("text", { x: frame.right + 14, y: from + 16 * n, class: n ? "quiet" : "beside" }, group, line);
      });
      return;
    }
    const end = frame.width - 16;
    const short = rest.length ? widthOf(svg, rest[0], "quiet") + 8 : 0;
    const taken = first === undefined ? 0 : short + widthOf(svg, first, "beside") + 10;
    const text = shortened(svg, row.label, end - frame.left - taken, "name");
    node("text", { x: frame.left, y: top + 18, class: "name" }, group, text);
    if (first === undefined) return;
    node("text", { x: end - short, y: top + 18, class: "beside", "text-anchor": "end" }, group, first);
    if (short) node("text", { x: end, y: top + 18, class: "quiet", "text-anchor": "end" }, group, rest[0]);
  };

  const LEFT = 62;

  const curves = (chart, view) => {
    const width = Math.max(chart.clientWidth, 260);
    const frame = { width, left: LEFT, right: width - 16, top: 14, bottom: width < NARROW ? 270 : 350, write: view.write };
    const svg = canvas(chart, width, frame.bottom + 48);
    const foot = frame.bottom;
    const numbers = known(view.rows.flatMap((row) => row.lists.flat()));
    frame.domain = [view.x[0], view.x[view.x.length - 1]];
    frame.x = scaled(frame.domain, [frame.left, frame.right], false);
    const range = numbers.length ? padded(view.zero ? [...numbers, 0] : numbers, false) : [0, 1];
    const up = scaled(range, [frame.bottom, frame.top], false);
    for (const { value, places } of ticks(...range, 5)) {
      line(svg, frame.left, frame.right, up(value), up(value), "grid");
      node("text", { x: frame.left - 8, y: up(value) + 4, class: "tick", "text-anchor": "end" }, svg, view.write(value, places));
    }
    across(svg, frame, view.across, view.across);
    node("text", { x: 0, y: 10, class: "axis" }, svg, view.label);
    if (view.zero) line(svg, frame.left, frame.right, up(0), up(0), "zero");
    for (const row of view.rows) band(svg, row, view.x, frame.x, up);
    for (const row of view.rows) stroke(svg, row, view.x, frame.x, up);
    return [view.x.map((x, n) => ({ x: frame.x(x), y: frame.top, foot, narrow: width < NARROW, lines: view.lines(n) }))];
  };

  const pieces = (xs, ...lists) => {
    const found = [[]];
    xs.forEach((x, n) => {
      if (lists.some((list) => list[n] === null)) found.push([]);
      else found[found.length - 1].push([x, ...lists.map((list) => list[n])]);
    });
    return found.filter((piece) => piece.length);
  };

  const band = (svg, row, xs, x, up) => {
    for (const piece of pieces(xs, row.lists[1], row.lists[2])) {
      const there = piece.map(([at, low]) => `${x(at)},${up(low)}`);
      const back = piece.map(([at, , high]) => `${x(at)},${up(high)}`).reverse();
      node("polygon", { points: [...there, ...back].join(" "), class: `band a${row.colour}` }, svg);
    }
  };

  const stroke = (svg, row, xs, x, up) => {
    const group = node("g", { class: `row a${row.colour}` }, svg);
    const every = Math.max(1, Math.ceil(xs.length / 7));
    for (const piece of pieces(xs, row.lists[0])) {
      const points = piece.map(([at, value]) => `${x(at)},${up(value)}`).join(" ");
      node("polyline", { points, class: "stroke", "stroke-dasharray": DASHES[row.place % 4] }, group);
    }
    xs.forEach((at, n) => {
      if (n % every === 0 && row.lists[0][n] !== null) shape(group, row.place, x(at), up(row.lists[0][n]), 3.4, "mark");
    });
  };

  // The line and the mark of an arrangement, as a legend beside its name.
  const sample = (chart, place, colour) => {
    space = chart.querySelector("svg").namespaceURI;
    const svg = node("svg", { viewBox: "0 0 30 12", width: 30, height: 12, class: `a${colour}`, "aria-hidden": "true" });
    node("line", { x1: 0, x2: 30, y1: 6, y2: 6, class: "stroke", "stroke-dasharray": DASHES[place % 4] }, svg);
    shape(svg, place, 15, 6, 3.6, "mark");
    return svg;
  };

  const halo = (chart, point) => {
    const svg = chart.querySelector("svg");
    svg.querySelectorAll(".halo").forEach((one) => one.remove());
    if (!point) return;
    if (point.foot) line(svg, point.x, point.x, point.y, point.foot, "halo");
    else node("circle", { cx: point.x, cy: point.y, r: 7, class: "halo" }, svg);
  };

  return { rows, curves, sample, halo };
})();
