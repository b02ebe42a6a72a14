// The table of points: all rows are in the browser as columns; AG Grid asks for those it draws, so that searching, sorting and scrolling wait for nobody.
(function () {
  const NAME = "points-grid", EVERY = 2000, WHOLE = 60000, PAUSE = 120;
  // What depends on values: rows and orders that new ones change.
  const MOVING = ["old", "silent", "value", "quality", "age", "source"];
  const stays = function () { return window.dash_clientside.no_update; };
  const now = { api: null, source: null, config: null, rows: null, value: [], time: [], quality: [], texts: null, order: [], number: 0, ahead: 0, lent: {}, asked: null, q: "", device: "", show: "all", sort: null };

  // ---- what a cell says ----
  function code(at) {
    const told = now.quality[at];
    if (told === undefined || told < 0) return "none";
    const name = now.config.qualities[told];
    const limit = Math.max(now.config.stale, 3 * (now.rows.period[at] || 0));
    return name === "good" && age(at) > limit ? "old" : name;
  }
  function age(at) {
    const told = now.time[at];
    return told === null || told === undefined ? null : Math.max(0, Date.now() / 1000 + now.ahead - told);
  }
  function shown(value) {
    return value === null || value === undefined ? "–" : value.toLocaleString("en-US", { maximumSignificantDigits: 7 });
  }
  function lasting(seconds) {
    if (seconds === null) return "–";
    if (seconds < 100) return Math.round(seconds) + " s";
    if (seconds < 6000) return Math.round(seconds / 60) + " min";
    return seconds < 172800 ? Math.round(seconds / 3600) + " h" : Math.round(seconds / 86400) + " d";
  }
  function origin(at) {
    const told = code(at);
    if (told === "none") return now.rows.surveyed[at] ? "survey" : "none";
    return told === "substituted" ? "twin" : "measured";
  }
  function text(at, name) {
    const say = now.config.words, rows = now.rows;
    switch (name) {
      case "mark": return rows.mark[at] ? "! " + say["mark_" + rows.mark[at]] : "";
      case "value": return code(at) === "none" && rows.surveyed[at] ? rows.surveyed[at] : shown(now.value[at]);
      case "quality": return say["quality_" + code(at)];
      case "age": return lasting(age(at));
      case "priority": return now.lent[rows.signal[at]] ? say.slot.replace("{slot}", now.lent[rows.signal[at]]) : "";
      case "source": return say["source_" + origin(at)];
      default: return String(rows[name][at]);
    }
  }
  // What a column is sorted by; nothing goes last.
  function rank(at, name) {
    if (name === "value") return now.value[at];
    if (name === "age") return age(at);
    if (name === "device") return now.rows.device[at];
    return text(at, name) || null;
  }

  // ---- which rows, in which order ----
  const FITS = {
    all: function () { return true; },
    writable: function (at) { return now.rows.writable[at]; },
    lent: function (at) { return Boolean(now.lent[now.rows.signal[at]]); },
    old: function (at, told) { return told !== "none" && told !== "good" && told !== "overridden"; },
    silent: function (at, told) { return told === "none"; },
    review: function (at) { return now.rows.mark[at] !== ""; },
  };
  // What a search looks through; made by the first.
  function texts() {
    now.texts = now.texts || now.rows.key.map(function (_, at) {
      return ["name", "signal", "description", "object", "device", "unit"].map(function (name) { return now.rows[name][at]; }).join(" ").toLowerCase();
    });
    return now.texts;
  }
  function arrange() {
    const count = now.rows.key.length, wanted = now.q.toLowerCase().split(/\s+/).filter(Boolean), found = [], device = now.device ? Number(now.device) : null;
    const within = wanted.length ? texts() : [], shows = now.show === "all" ? null : FITS[now.show];
    for (let at = 0; at < count; at++) {
      if (device !== null && now.rows.device[at] !== device) continue;
      if (shows && !shows(at, code(at))) continue;
      let fits = true;
      for (let each = 0; fits && each < wanted.length; each++) fits = within[at].includes(wanted[each]);
      if (fits) found.push(at);
    }
    if (now.sort) {
      const ranks = new Map(found.map(function (at) { return [at, rank(at, now.sort.name)]; }));
      const way = now.sort.way === "desc" ? -1 : 1, words = new Intl.Collator(undefined, { numeric: true });
      found.sort(function (one, other) {
        const a = ranks.get(one), b = ranks.get(other);
        if (a === null || a === undefined || b === null || b === undefined) return (a === b ? 0 : a === null || a === undefined ? 1 : -1) || one - other;
        return (typeof a === "number" && typeof b === "number" ? a - b : words.compare(a, b)) * way || one - other;
      });
    }
    now.order = found;
  }
  function count() {
    const shows = Object.keys(FITS), numbers = {};
    shows.forEach(function (show) { numbers[show] = 0; });
    for (let at = 0; at < now.rows.key.length; at++) {
      const told = code(at);
      for (let each = 0; each < shows.length; each++) if (FITS[shows[each]](at, told)) numbers[shows[each]]++;
    }
    document.querySelectorAll("[data-count]").forEach(function (each) { each.textContent = numbers[each.dataset.count].toLocaleString("en-US"); });
    const told = document.getElementById("points-count");
    if (told) told.textContent = now.config.words.counted.replace("{shown}", now.order.length.toLocaleString("en-US")).replace("{all}", now.rows.key.length.toLocaleString("en-US"));
    const none = document.getElementById("points-none");
    if (none) none.hidden = now.order.length > 0;
  }
  function again(keep) {
    if (!now.rows || !now.api || now.api.isDestroyed()) return;
    arrange();
    if (keep) now.api.refreshInfiniteCache();
    else supply();
    count();
    document.querySelectorAll("[data-show]").forEach(function (each) { each.setAttribute("aria-pressed", String(each.dataset.show === now.show)); });
  }
  function supply() {
    now.source = datasource();
    now.api.setGridOption("datasource", now.source);
  }
  function datasource() {
    return {
      getRows: function (asked) {
        const told = asked.sortModel[0] ? { name: asked.sortModel[0].colId, way: asked.sortModel[0].sort } : null;
        if (JSON.stringify(told) !== JSON.stringify(now.sort)) {
          now.sort = told;
          arrange();
          remember(false);
        }
        asked.successCallback(now.order.slice(asked.startRow, asked.endRow).map(function (at) { return { at: at }; }), now.order.length);
      },
    };
  }

  // ---- the address ----
  function remember(push) {
    const told = { q: now.q, device: now.device, show: now.show === "all" ? "" : now.show, sort: now.sort ? now.sort.name + ":" + now.sort.way : "" };
    window.dash_clientside.page.remember(told, push);
  }
  function choose(at) {
    const word = now.rows.signal[at] || now.rows.key[at];
    window.dash_clientside.page.remember({ point: word }, true);
    window.dash_clientside.set_props("points-chosen", { data: word });
    if (window.matchMedia("(max-width: 1000px)").matches) document.getElementById("points-panel").scrollIntoView({ block: "start" });
  }
  function travel(path, own) {
    const query = new URLSearchParams(window.location.search), kept = new URLSearchParams();
    ["site", "lang", "theme", "unit"].forEach(function (name) { if (query.has(name)) kept.set(name, query.get(name)); });
    Object.keys(own).forEach(function (name) { kept.set(name, own[name]); });
    window.history.pushState({}, "", path + "?" + kept.toString());
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.dispatchEvent(new CustomEvent("_dashprivate_historychange"));
  }
  // Going back brings an earlier search without a new screen.
  window.addEventListener("popstate", function () {
    if (window.location.pathname !== "/points" || !document.getElementById(NAME) || !now.rows) return;
    const query = new URLSearchParams(window.location.search), sort = (query.get("sort") || "").split(":");
    now.show = query.get("show") || "all";
    now.sort = sort[1] ? { name: sort[0], way: sort[1] } : null;
    window.dash_clientside.set_props("points-search", { value: query.get("q") || "" });
    window.dash_clientside.set_props("points-device", { value: query.get("device") || "" });
    window.dash_clientside.set_props("points-chosen", { data: query.get("point") || "" });
    if (now.api) now.api.applyColumnState({ state: now.sort ? [{ colId: now.sort.name, sort: now.sort.way }] : [], defaultState: { sort: null } });
    again(false);
  });

  // ---- values ----
  function put(told, places) {
    if (told.now) now.ahead = told.now - Date.now() / 1000;
    places.forEach(function (at, place) {
      now.value[at] = told.value[place];
      now.time[at] = told.time[place];
      now.quality[at] = told.quality[place];
    });
    draw();
  }
  function draw() {
    if (!now.api || now.api.isDestroyed()) return;
    now.api.refreshCells({ columns: ["value", "quality", "age", "source", "priority"] });
    one();
  }
  // The chosen point beside the table goes on, too.
  function one() {
    const value = document.getElementById("points-value"), word = new URLSearchParams(window.location.search).get("point");
    if (!value || !word || !now.rows) return;
    const at = now.places.get(word);
    if (at === undefined || code(at) === "none") return;
    value.textContent = shown(now.value[at]);
    document.getElementById("points-worth").textContent = now.config.words["quality_" + code(at)];
    const moment = document.getElementById("points-moment");
    moment.textContent = lasting(age(at));
  }
  function fetched(rows) {
    const asked = { site: now.config.site, version: now.config.version };
    if (rows) asked.rows = rows.join(",");
    return window.fetch("/points/values.json?" + new URLSearchParams(asked).toString()).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    });
  }
  function whole() {
    if (!now.config.values || document.hidden) return Promise.resolve();
    return fetched(null).then(function (told) {
      if (told.again) return window.location.reload();
      if (told.problem) return fail(told.problem);
      put(told, now.rows.key.map(function (_, at) { return at; }));
      if (MOVING.includes(now.show) || (now.sort && MOVING.includes(now.sort.name))) again(true);
      else count();
    }).catch(function (problem) { fail(problem.message); });
  }
  function visible() {
    if (!now.api || now.api.isDestroyed() || !now.rows) return [];
    const first = Math.max(0, now.api.getFirstDisplayedRowIndex()), last = now.api.getLastDisplayedRowIndex(), found = now.order.slice(first, last + 1);
    const word = new URLSearchParams(window.location.search).get("point"), at = word ? now.places.get(word) : undefined;
    if (at !== undefined && !found.includes(at)) found.push(at);
    return found.filter(function (each) { return now.rows.signal[each]; }).slice(0, 400);
  }
  function fail(why) {
    const told = document.getElementById("points-count");
    if (told) told.textContent = now.config.words.fails.replace("{detail}", why);
  }
  function pulse() {
    if (!document.getElementById(NAME) || !now.config || document.hidden) return;
    const rows = visible();
    if (!now.config.values || !rows.length) return draw();
    if (window.dash_clientside.live) {
      const names = rows.map(function (at) { return now.rows.signal[at]; }).sort();
      if (JSON.stringify(names) !== now.asked) {
        now.asked = JSON.stringify(names);
        window.dash_clientside.set_props("live-more", { data: names });
      }
      return draw();
    }
    fetched(rows).then(function (told) { if (told.rows) put(told, told.rows); }).catch(function (problem) { fail(problem.message); });
  }
  window.setInterval(pulse, EVERY);
  window.setInterval(function () { if (document.getElementById(NAME) && now.rows) whole(); }, WHOLE);

  // ---- the table itself ----
  const WIDTHS = { mark: 200, name: 240, value: 110, unit: 70, quality: 120, age: 80, priority: 100, device: 92, object: 84, signal: 240, description: 260, source: 110 };
  const NARROW = ["name", "value", "unit", "quality"];
  function columns() {
    const narrow = window.matchMedia("(max-width: 700px)").matches, marked = now.rows.mark.some(Boolean);
    return Object.keys(now.config.heads).map(function (name) {
      const right = name === "value" || name === "age";
      return {
        colId: name, headerName: now.config.heads[name], width: narrow ? { name: 118, value: 96, unit: 56, quality: 86 }[name] : WIDTHS[name], sortable: true, resizable: true, hide: narrow ? !NARROW.includes(name) : name === "mark" && !marked,
        pinned: name === "name" && !narrow ? "left" : null, sort: now.sort && now.sort.name === name ? now.sort.way : null, sortingOrder: ["asc", "desc", null],
        valueGetter: function (told) { return told.data ? text(told.data.at, name) : ""; },
        tooltipValueGetter: function (told) { return told.data && name === "mark" ? now.rows.why[told.data.at] : told.value; },
        cellClass: function (told) {
          if (!told.data) return "";
          const at = told.data.at, found = [right ? "right" : ""];
          if (name === "quality") found.push("quality-" + code(at));
          if (name === "mark" && now.rows.mark[at]) found.push("marked");
          if (name === "signal" && now.rows.component[at]) found.push("linked");
          return found;
        },
        headerClass: right ? "ag-right-aligned-header" : "",
      };
    });
  }
  function open(event) {
    if (!event.data) return;
    const at = event.data.at;
    if (event.column.getColId() === "signal" && now.rows.component[at]) travel("/component", { name: now.rows.component[at] });
    else choose(at);
  }
  function ready(api, number) {
    if (number !== now.number) return;
    now.api = api;
    arrange();
    api.setGridOption("tooltipShowDelay", 400);
    supply();  // before the order, which asks whoever is there
    api.setGridOption("columnDefs", columns());
    api.addEventListener("cellClicked", open);
    api.addEventListener("cellKeyDown", function (event) { if (event.event.key === "Enter") open(event); });
    const word = now.config.own.point, at = word ? now.order.indexOf(now.places.get(word)) : -1;
    if (at > 0) api.ensureIndexVisible(at, "middle");
    window.requestAnimationFrame(function () { window.setTimeout(function () {  // when the first rows are drawn
      if (number !== now.number) return;
      count();
      whole();
    }); });
  }
  const waiting = {};
  function rows(config) {
    const key = config.site + " " + config.version;
    if (!waiting[key]) {
      Object.keys(waiting).forEach(function (each) { delete waiting[each]; });
      waiting[key] = window.fetch("/points/rows.json?" + new URLSearchParams({ site: config.site }).toString()).then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      });
      waiting[key].catch(function () { delete waiting[key]; });
    }
    return waiting[key];
  }
  function start(config) {
    const number = ++now.number, sort = (config.own.sort || "").split(":"), same = now.config && now.config.site === config.site && now.config.version === config.version;
    Object.assign(now, { config: config, api: null, asked: null, q: config.own.q || "", device: config.own.device || "", show: config.own.show || "all", sort: sort[1] ? { name: sort[0], way: sort[1] } : null });
    if (!same) Object.assign(now, { rows: null, value: [], time: [], quality: [] });
    const table = window.late("dash_ag_grid").then(function (grid) { return grid.getApiAsync(NAME); });
    Promise.all([rows(config), table]).then(function (both) {
      if (number !== now.number) return;
      if (!same || !now.rows) {
        now.rows = both[0].columns;
        now.texts = null;
        now.places = new Map();
        now.rows.key.forEach(function (key, at) { now.places.set(key, at); if (now.rows.signal[at]) now.places.set(now.rows.signal[at], at); });
      }
      ready(both[1], number);
    }).catch(function (problem) { fail(problem.message); });
  }

  // ---- the table as a file ----
  function quoted(told) {
    if (typeof told === "number") return String(told);
    const safe = /^[=+\-@\t\r]/.test(told) ? "'" + told : told;
    return '"' + String(safe).replace(/"/g, '""') + '"';
  }
  function csv() {
    const names = Object.keys(now.config.heads), lines = [names.map(function (name) { return quoted(now.config.heads[name]); }).join(",")];
    now.order.forEach(function (at) {
      lines.push(names.map(function (name) {
        if (name === "value" && typeof now.value[at] === "number") return quoted(now.value[at]);
        if (name === "age") return age(at) === null ? "" : quoted(new Date(now.time[at] * 1000).toISOString());
        return name === "device" ? quoted(now.rows.device[at]) : quoted(text(at, name));
      }).join(","));
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = now.config.site + "-points.csv";
    link.click();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  document.addEventListener("click", function (event) {
    const chip = event.target.closest && event.target.closest("[data-show]");
    if (chip && now.rows) {
      now.show = chip.dataset.show;
      again(false);
      remember(true);
    } else if (event.target.id === "points-csv" && now.rows) csv();
  });

  let later = 0;
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    points: {
      // A new screen, another word in the search, or another loan.
      look: function (config, q, device, lent) {
        if (!config) return stays();
        now.lent = lent || {};
        if (now.config !== config) {
          start(config);
          return stays();
        }
        const word = q || "", where = device === null || device === undefined ? "" : String(device);
        if (word === now.q && where === now.device) {
          if (now.rows) { draw(); count(); }
          return stays();
        }
        now.q = word;
        now.device = /^\d*$/.test(where) ? where : "";
        window.clearTimeout(later);
        later = window.setTimeout(function () { again(false); remember(false); }, PAUSE);
        return stays();
      },
      // The table has asked the component's own source of rows, which has none; where that came after ours, ours is set again.
      asked: function (request) {
        if (request && now.api && now.rows && !now.api.isDestroyed() && now.api.getGridOption("datasource") !== now.source) supply();
        return stays();
      },
      // Values that the live channel has brought.
      hear: function (message) {
        if (!message || !message.values || !now.rows) return stays();
        Object.keys(message.values).forEach(function (name) {
          const at = now.places.get(name), told = message.values[name];
          if (at === undefined) return;
          now.value[at] = told[0];
          now.quality[at] = now.config.qualities.indexOf(told[1]);
          now.time[at] = told[2];
        });
        if (document.getElementById(NAME)) draw();
        return stays();
      },
    },
  });
})();
