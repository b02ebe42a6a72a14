// Drawings of components: placed for the width of the screen, followed by a tap, and painted anew when states change.
(function () {
  const NARROW = 700;
  const none = function () { return window.dash_clientside.no_update; };
  // A drawing whose size changed is fitted to it once it has been drawn.
  const refit = function () {
    document.querySelectorAll(".drawing > div").forEach(function (each) {
      const cy = each._cyreg && each._cyreg.cy;
      if (!cy || cy.destroyed()) return;
      // One that has gone meanwhile has no renderer; what comes late to it may not fail for that.
      Object.getPrototypeOf(cy).headless = function () { return !this._private.renderer || this._private.renderer.isHeadless(); };
      cy.resize();
      cy.fit(undefined, 18);
    });
  };
  const drawing = function (id) {
    const held = document.getElementById(id);
    return held && held._cyreg ? held._cyreg.cy : null;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    network: {
      arrange: function (told) {
        if (!told) return [none(), none(), none()];
        const narrow = window.innerWidth < NARROW;
        const nodes = told.nodes.map(function (each) {
          const place = narrow ? each.narrow : each.wide;
          return { data: each.data, classes: each.classes, position: { x: place[0], y: place[1] } };
        });
        [60, 250].forEach(function (moment) { window.setTimeout(refit, moment); });
        return [nodes.concat(told.edges), { width: "100%", height: "100%" }, !narrow];
      },
      follow: function (tapped) {
        return tapped && tapped.href ? tapped.href : none();
      },
      zoom: function () {
        const pressed = window.dash_clientside.callback_context.triggered_id;
        if (!pressed) return none();
        const at = pressed.lastIndexOf("-"), cy = drawing(pressed.slice(0, at) + "-graph");
        if (!cy) return none();
        const what = pressed.slice(at + 1);
        if (what === "fit") cy.fit(undefined, 18);
        else cy.zoom({ level: cy.zoom() * (what === "nearer" ? 1.35 : 1 / 1.35), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
        return none();
      },
      searched: function (text) {
        return window.dash_clientside.page.remember({ q: text || null }, false);
      },
      // New states and values: {nodes: {key: [state, label]}, texts: {key: [text, unit]}, states: {key: state}}; a number that goes on by
      // itself (it has a quality then) is left alone.
      paint: function (told) {
        if (!told) return none();
        const cy = drawing("map-graph");
        Object.entries(told.nodes || {}).forEach(function (pair) {
          const node = cy ? cy.getElementById(pair[0]) : null;
          if (node && node.length) node.data({ state: pair[1][0], label: pair[1][1] });
        });
        document.querySelectorAll("[data-now]").forEach(function (each) {
          const texts = (told.texts || {})[each.dataset.now], state = (told.states || {})[each.dataset.now];
          const unit = each.nextElementSibling;
          if (texts && each.dataset.quality === undefined) {
            if (each.textContent !== texts[0]) each.textContent = texts[0];
            if (texts.length > 1 && unit && unit.textContent !== texts[1]) unit.textContent = texts[1];
          }
          if (state !== undefined) each.dataset.state = state;
        });
        return none();
      },
    },
  });
})();
