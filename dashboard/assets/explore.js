// What the page Explore does in the browser: controls into the address, steps through time, the zoom kept, a picture saved.
(function () {
  const none = () => window.dash_clientside.no_update;
  const USUAL = { chart: "trend", period: "week", grain: "auto", against: "weather.dry_bulb" };
  const escaped = (name) => name.replace(/%/g, "%25").replace(/,/g, "%2C");
  const words = (name, value) => (value && value !== USUAL[name] ? value : "");

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    explore: {
      // The query that the controls mean; a new one goes into the address, where going back finds the old.
      asked: function (points, chart, period, from, to, options, grain, against, known, span) {
        const before = new URLSearchParams(known || "");
        const looks = "explore " + chart + " " + period;
        const custom = period === "custom";
        if (custom && !from && !to && span && span.here) {
          window.dash_clientside.set_props("explore-from", { value: span.here[0] });
          window.dash_clientside.set_props("explore-to", { value: span.here[1] });
          return [none(), looks];
        }
        const on = options || [];
        const told = {
          points: (points || []).map(escaped).join(","),
          chart: words("chart", chart),
          period: custom && from && to ? "" : words("period", period),
          from: custom ? (from || "") : "",
          to: custom ? (to || "") : "",
          twin: on.includes("twin") ? "" : "off",
          before: on.includes("before") ? "on" : "",
          turn: on.includes("turn") ? "hours" : "",
          grain: words("grain", grain),
          against: words("against", against),
        };
        const after = new URLSearchParams(before);
        after.delete("zoom");
        Object.entries(told).forEach(function (pair) {
          if (pair[1]) after.set(pair[0], pair[1]);
          else after.delete(pair[0]);
        });
        const same = ["chart", "period", "from", "to"].every((name) => (before.get(name) || "") === (after.get(name) || ""));
        const looked = new URLSearchParams(window.location.search).get("zoom");
        if (same && looked) after.set("zoom", looked);
        const old = new URLSearchParams(before);
        if (same && looked) old.set("zoom", looked);
        else if (same) old.delete("zoom");
        old.sort();
        const query = "?" + after.toString();
        after.sort();
        if (old.toString() === after.toString()) return [none(), looks];
        const own = Object.assign({}, told, { zoom: after.get("zoom") });
        window.dash_clientside.page.remember(own, true);
        return [query, looks];
      },
      // One period back or forward: the fields for moments say which.
      step: function (back, forward, span) {
        const clicked = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
        const ends = span && span[clicked.startsWith("explore-back") ? "back" : "forward"];
        if (!ends || !(back || forward)) return [none(), none(), none()];
        return ["custom", ends[0], ends[1]];
      },
      // What is looked at stays in the address, so that a link shows it again.
      zoom: function (change) {
        if (!change) return none();
        const ends = change["xaxis.range"] || [change["xaxis.range[0]"], change["xaxis.range[1]"]];
        if (change["xaxis.autorange"]) window.dash_clientside.page.remember({ zoom: "" }, false);
        else if (ends[0] && ends[1]) {
          const plain = (text) => String(text).replace(" ", "T").slice(0, 19).replace(/T(\d\d:\d\d)$/, "T$1:00");
          window.dash_clientside.page.remember({ zoom: plain(ends[0]) + "~" + plain(ends[1]) }, false);
        }
        return none();
      },
      // The chart as a picture, made by the browser, on the ground that it has on the page.
      picture: function (clicks) {
        const drawn = document.querySelector("#explore-graph .js-plotly-plot");
        if (!clicks || !drawn || !window.Plotly) return none();
        const ground = window.getComputedStyle(document.getElementById("explore-card")).backgroundColor;
        const layout = Object.assign({}, drawn.layout, { paper_bgcolor: ground, autosize: false });
        window.Plotly.downloadImage({ data: drawn.data, layout: layout }, { format: "png", width: 1600, height: 800, scale: 1.5, filename: "explore" });
        return none();
      },
    },
  });

  window.dashMantineFunctions = Object.assign({}, window.dashMantineFunctions, {
    // The server has searched; everything that it offers is shown.
    exploreAll: function (found) {
      return found.options;
    },
  });

  // Going back to the address that the frame still knows changes nothing for it: ask for its screen again.
  window.addEventListener("popstate", function () {
    if (document.getElementById("explore")) window.setTimeout(() => window.dash_clientside.set_props("again", { n_intervals: Date.now() % 1e9 }), 0);
  });
})();
