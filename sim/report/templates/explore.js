// What is chosen, the tables, the address, and the values under pointer and keys. All words
// and all numbers come with the page.
(() => {
  const data = JSON.parse(document.getElementById("explore-data").textContent);
  const words = data.words;
  const part = (name) => document.getElementById(`explore-${name}`);
  const chart = part("chart");
  const select = part("subject");
  const inputs = (name) => [...document.querySelectorAll(`input[name="explore-${name}"]`)];
  const radios = inputs("statistic");
  const boxes = inputs("arrangement");
  const subjects = new Map([...data.outcomes, ...data.curves].map((one) => [one.name, one]));
  const ways = new Map([...data.statistics, ...data.ways].map((one) => [one.key, one]));
  const LIKE = { spread: "level", mean: "level", quantiles: "level", difference: "step", pairs: "step", share: "step", level: "spread", step: "difference" };

  let rows = []; // places that hold a value, row by row
  let at = null; // [row, place] of the value that is shown
  let drawn = 0; // width that was drawn for

  const subject = () => subjects.get(select.value);
  const isCurve = (one) => "x" in one;
  const way = () => ways.get(radios.find((one) => one.checked).value);
  const chosen = () => boxes.filter((box) => box.checked).map((box) => Number(box.value));

  const write = (value, places, sign) =>
    new Intl.NumberFormat("en-US", {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      signDisplay: sign ? "exceptZero" : "auto",
    }).format(value).replace("-", "\u2212");
  const pair = (name, value) => words.pair.replace(/\{(name|value)\}/g, (_, key) => ({ name, value })[key]);
  const label = (place) => {
    const own = data.arrangements[place].label;
    return place === data.baseline ? `${own} (${words.baseline})` : own;
  };
  const unit = (one, axis) => ({ unit: one.unit, step: one.step, share: words.share })[axis];
  const titled = (one, axis) => (isCurve(one) ? pair(one.label, unit(one, axis)) : `${one.label} (${unit(one, axis)})`);
  const shown = (value, one, axis) =>
    value === null ? words.undefined : `${write(value, one.places, axis === "step")} ${unit(one, axis)}`;
  // Both are rounded to the same decimals, and so is their difference.
  const less = (a, b, places) => (a === null || b === null ? null : Number((a - b).toFixed(places)) + 0);

  const valuesOf = (one, key, place) => {
    if (!one.values) return [];
    const own = one.values[place];
    if (key === "spread") return own;
    return own.map((value, n) => less(value, one.values[data.baseline][n], one.places));
  };

  const cellsOf = (one, how, place) => one.cells[how.key]?.[place];
  const withCells = (one, how) => chosen().filter((place) => cellsOf(one, how, place));
  const singlesOf = (one, how, place) => (how.key === "spread" || how.key === "pairs" ? valuesOf(one, how.key, place) : []);

  // Zero and what lies below have no place on such an axis, and within less than a decade it
  // has hardly a mark; so every number of the view counts.
  const isLog = (one, how) => {
    if (isCurve(one) || !one.log || how.axis !== "unit") return false;
    const all = withCells(one, how).flatMap((place) => [...one.numbers[how.key][place], ...singlesOf(one, how, place)]);
    const numbers = all.filter((value) => value !== null);
    return Math.min(...numbers) > 0 && Math.max(...numbers) >= 10 * Math.min(...numbers);
  };

  const outcomeView = (one, how) => {
    return {
      key: how.key,
      label: how.axis === "share" ? words.share : titled(one, how.axis),
      unit: unit(one, how.axis),
      log: isLog(one, how),
      zero: how.axis === "step",
      side: how.axis === "step" && one.better !== "neither" ? one.better : null,
      domain: how.axis === "share" ? [0, 100] : null,
      undefined: words.undefined,
      write: (value, digits) => write(value, digits),
      rows: withCells(one, how).map((place) => {
        const cells = cellsOf(one, how, place);
        const values = singlesOf(one, how, place);
        return {
          label: data.arrangements[place].label,
          colour: data.arrangements[place].colour,
          numbers: one.numbers[how.key][place],
          beside: how.beside.map((column) => cells[column]).filter((text) => text !== "–"),
          lines: [label(place), ...how.columns.map((name, n) => pair(name, cells[n]))],
          values: values.flatMap((value, n) =>
            value === null ? [] : [{ value, lines: [label(place), words.replication.replace("{n}", data.replications[n]), shown(value, one, how.axis)] }]
          ),
        };
      }),
    };
  };

  const curveView = (one, how) => {
    const lists = how.key === "level" ? one.level : one.steps;
    const places = chosen().filter((place) => lists[place]);
    return {
      x: one.x,
      across: one.across,
      label: unit(one, how.axis),
      zero: how.axis === "step",
      write: (value, digits) => write(value, digits),
      rows: places.map((place) => ({ place, colour: data.arrangements[place].colour, lists: lists[place] })),
      lines: (n) => [
        pair(one.across, write(one.x[n], Number.isInteger(one.x[n]) ? 0 : 2)),
        ...places.map((place) => pair(data.arrangements[place].label, band(lists[place], n, one, how))),
      ],
    };
  };

  const band = ([middle, low, high], n, one, how) => {
    if (middle[n] === null) return words.undefined;
    const text = write(middle[n], one.places, how.axis === "step");
    if (low[n] === null) return text;
    const ends = words.to.replace("{low}", () => write(low[n], one.places)).replace("{high}", () => write(high[n], one.places));
    return `${text} (${ends})`;
  };

  const draw = () => {
    const one = subject();
    const curve = isCurve(one);
    const view = curve ? curveView(one, way()) : outcomeView(one, way());
    drawn = chart.clientWidth;
    hide();
    rows = (curve ? Draw.curves : Draw.rows)(chart, view).filter((row) => row.length);
  };

  const fill = (table, caption, head, body) => {
    const made = (tag, text, scope) => {
      const cell = document.createElement(tag);
      cell.textContent = text;
      if (scope) cell.scope = scope;
      return cell;
    };
    const line = (cells) => {
      const row = document.createElement("tr");
      row.append(...cells);
      return row;
    };
    const top = document.createElement("thead");
    top.append(line(head.map((text) => made("th", text, "col"))));
    const rest = document.createElement("tbody");
    rest.append(...body.map(([first, ...cells]) => line([made("th", first, "row"), ...cells.map((text) => made("td", text))])));
    table.replaceChildren(made("caption", caption), top, rest);
  };

  const summary = (one, how) => withCells(one, how).map((place) => [label(place), ...cellsOf(one, how, place)]);

  // Numbers that stand in the files of the run name their cell, as all on the page do.
  const cite = (one, how) => {
    withCells(one, how).forEach((place, n) => {
      const row = part("table").tBodies[0].rows[n];
      const at = [one.name, data.arrangements[place].name].map(encodeURIComponent);
      how.cited.forEach((where, column) => {
        const [file, own] = where.split("/");
        if (file) row.cells[column + 1].dataset.cell = [file, ...at, own].join("/");
      });
    });
  };

  const every = (one, how) => {
    const head = chosen().map((place) => data.arrangements[place].label);
    if (isCurve(one)) {
      const lists = how.key === "level" ? one.level : one.steps;
      const cell = (place, n) => (lists[place] ? band(lists[place], n, one, how) : "–");
      return [[one.across, ...head], one.x.map((x, n) => [String(x), ...chosen().map((place) => cell(place, n))])];
    }
    const key = how.axis === "unit" ? "spread" : "pairs";
    const columns = chosen().map((place) => valuesOf(one, key, place));
    const cell = (value) => (value === null ? "–" : write(value, one.places, key === "pairs"));
    return [[words.replications, ...head], data.replications.map((number, n) => [String(number), ...columns.map((column) => cell(column[n]))])];
  };

  const tables = () => {
    const one = subject();
    const how = way();
    const caption = pair(titled(one, how.axis), how.label);
    part("numbers").hidden = isCurve(one);
    if (!isCurve(one)) {
      fill(part("table"), caption, [words.arrangement, ...how.columns], summary(one, how));
      cite(one, how);
    }
    part("values").hidden = !isCurve(one) && !one.values;
    if (part("values").open && !part("values").hidden) fill(part("every"), titled(one, how.axis === "share" ? "step" : how.axis), ...every(one, how));
  };

  const say = () => {
    const one = subject();
    const how = way();
    part("heading").textContent = pair(one.label, how.label);
    part("formula").textContent = isCurve(one) ? "" : one.formula;
    const direction = isCurve(one) ? "" : words[one.better];
    const notes = [how.note, direction, isLog(one, how) ? words.log : "", !isCurve(one) && !one.values ? words.kept : ""];
    part("note").textContent = notes.filter(Boolean).join(words.gap);
  };

  const tell = () => {
    const one = subject();
    const lines = chosen().length === 0 ? [words.nothing] : isCurve(one) ? [] : summary(one, way()).map((row) => row.join(words.comma));
    part("told").textContent = [part("heading").textContent, ...lines].join(words.semicolon);
  };

  const offer = () => {
    const one = subject();
    // A yes or no has neither box nor quantiles.
    const known = isCurve(one) ? data.ways : data.statistics.filter((how) => how.key in one.cells);
    const keys = new Set(known.map((how) => how.key));
    const before = way().key;
    for (const radio of radios) radio.parentElement.hidden = !keys.has(radio.value);
    const next = keys.has(LIKE[before]) ? LIKE[before] : "mean";
    if (!keys.has(before)) radios.find((radio) => radio.value === next).checked = true;
  };

  const render = () => {
    offer();
    say();
    draw();
    tables();
    part("link").setAttribute("href", address());
  };

  const address = () => {
    const names = chosen().map((place) => encodeURIComponent(data.arrangements[place].name));
    return `#explore=${[encodeURIComponent(select.value), way().key, names.join(",")].join(";")}`;
  };

  // Take a choice from the address; parts that this page does not know are left as they are.
  const arrive = () => {
    if (!location.hash.startsWith("#explore=")) return false;
    let fields = [];
    try {
      fields = location.hash.slice("#explore=".length).split(";").map((field) => field.split(",").map(decodeURIComponent));
    } catch {
      return false;
    }
    const [[name], [key] = [], names] = fields;
    if (subjects.has(name)) select.value = name;
    const radio = radios.find((one) => one.value === key);
    if (radio) radio.checked = true;
    const places = names && boxes.filter((box) => names.includes(data.arrangements[Number(box.value)].name));
    if (places && places.length) boxes.forEach((box) => (box.checked = places.includes(box)));
    return true;
  };

  const change = () => {
    render();
    tell();
    try {
      history.replaceState(null, "", address());
    } catch {
      // Some frames forbid it; the link below the figure still holds the address.
    }
  };

  const tip = document.createElement("div");
  tip.className = "explore-tip";
  tip.hidden = true;
  chart.append(tip);

  const hide = () => {
    at = null;
    tip.hidden = true;
    Draw.halo(chart, null);
  };

  const show = (row, place, aloud) => {
    const point = rows[row][place];
    at = [row, place];
    tip.replaceChildren(
      ...point.lines.map((text) => {
        const line = document.createElement("div");
        line.textContent = text;
        return line;
      })
    );
    tip.hidden = false;
    Draw.halo(chart, point);
    const room = chart.clientWidth - tip.offsetWidth - 4;
    const beside = point.foot ? (point.x > chart.clientWidth / 2 ? point.x - tip.offsetWidth - 12 : point.x + 12) : point.x - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(4, Math.min(beside, room))}px`;
    const above = point.y - tip.offsetHeight - 14;
    const over = point.narrow ? point.foot + 46 : point.y;
    tip.style.top = `${point.foot ? over : above > -40 ? above : point.y + 16}px`;
    if (aloud) part("told").textContent = point.lines.join(words.comma);
  };

  const nearest = (event) => {
    const box = chart.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    rows.forEach((row, r) =>
      row.forEach((point, n) => {
        const far = point.foot ? Math.abs(point.x - x) : Math.hypot(point.x - x, (point.y - y) * 1.6);
        if (best === null || far < best[2]) best = [r, n, far];
      })
    );
    return best;
  };

  const point = (event) => {
    const found = nearest(event);
    if (found) show(found[0], found[1], false);
  };

  const closest = (row, x) =>
    row.reduce((best, one, n) => (Math.abs(one.x - x) < Math.abs(row[best].x - x) ? n : best), 0);

  const keys = (event) => {
    if (event.key === "Escape") return hide();
    if (!rows.length || event.altKey || event.ctrlKey || event.metaKey) return undefined;
    const [row, place] = at || [0, -1];
    const last = rows[row].length - 1;
    const up = Math.max(0, row - 1);
    const down = Math.min(rows.length - 1, row + 1);
    const from = at ? rows[row][place].x : 0;
    const moves = {
      ArrowRight: () => [row, Math.min(last, place + 1)],
      ArrowLeft: () => [row, Math.max(0, place - 1)],
      ArrowUp: () => [up, closest(rows[up], from)],
      ArrowDown: () => [at ? down : row, closest(rows[at ? down : row], from)],
      Home: () => [row, 0],
      End: () => [row, last],
    };
    if (!(event.key in moves)) return undefined;
    event.preventDefault();
    return show(...moves[event.key](), true);
  };

  for (const box of boxes) {
    const place = Number(box.value);
    box.parentElement.querySelector(".explore-sample").append(Draw.sample(chart, place, data.arrangements[place].colour));
  }
  for (const input of [select, ...radios, ...boxes]) input.addEventListener("change", change);
  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  chart.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
  chart.addEventListener("keydown", keys);
  chart.addEventListener("blur", hide);
  part("values").addEventListener("toggle", tables);
  new ResizeObserver(() => chart.clientWidth !== drawn && draw()).observe(chart);
  window.addEventListener("hashchange", () => arrive() && render());

  document.getElementById("explorer").hidden = false;
  radios[0].checked = true;
  const linked = arrive();
  render();
  if (linked) document.getElementById("explore").scrollIntoView();
})();
