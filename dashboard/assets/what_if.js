// The what-if form in the browser: slider and number move together, the wish is put together and kept in the address, measures are searched.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  what_if: {
    together: function (slide, value) {
      const same = window.dash_clientside.no_update;
      const told = window.dash_clientside.callback_context.triggered;
      if (!told.length) return [same, same];
      const moved = told[0].prop_id.includes("what-if-slide");
      if (moved) return [same, slide === value ? same : slide];
      return [typeof value === "number" && value !== slide ? value : same, same];
    },
    // Only what was changed is told: a number that is as the measure's file has it keeps its range.
    wish: function (checked, values, mode, samples, curve, title, measures, places, usual) {
      const changed = {};
      places.forEach(function (place, at) {
        const value = values[at], own = (usual[place.measure] || {})[place.name];
        if (value === null || value === undefined || value === "" || value === own) return;
        (changed[place.measure] = changed[place.measure] || []).push(place.name + "=" + value);
      });
      const chosen = measures.filter(function (_, at) { return checked[at]; }).map(function (each) {
        return each.name + (changed[each.name] ? ":" + changed[each.name].join(",") : "");
      });
      window.dash_clientside.page.remember({
        measures: chosen.join(";"), mode: mode === "together" ? "" : mode, samples: Number(samples) === 30 ? "" : samples, curve: curve ? "" : "no",
      });
      return { measures: chosen, mode: mode, samples: samples, curve: curve, title: title };
    },
    compare: function (checked, ids, here) {
      const chosen = ids.filter(function (_, at) { return checked[at]; }).map(function (each) { return each.name; });
      const query = new URLSearchParams({ site: here.site, lang: here.language, theme: here.theme, compare: chosen.join(",") });
      const good = chosen.length > 1 && chosen.length < 5;
      return [good ? "/what_if?" + query.toString() : window.location.pathname + window.location.search, good ? "switch" : "switch off"];
    },
    search: function (text) {
      const sought = (text || "").trim().toLowerCase();
      let left = 0;
      const library = document.getElementById("what-if-library");
      if (sought && library) library.open = true;
      document.querySelectorAll(".choice").forEach(function (each) {
        const fits = !sought || each.dataset.words.includes(sought) || !!each.querySelector("input[type=checkbox]:checked");
        each.hidden = !fits;
        left += fits ? 1 : 0;
      });
      return left ? "note hidden" : "note";
    },
    share: function (clicks, here) {
      const button = document.getElementById("what-if-share");
      const link = window.location.origin + "/what-if?lang=" + here.language + "&study=" + here.study;
      const told = button ? button.dataset.told : "";
      if (!clicks) return window.dash_clientside.no_update;
      if (!navigator.clipboard) return link;
      return navigator.clipboard.writeText(link).then(function () { return told; }, function () { return link; });
    },
    scenario: function (name) {
      window.dash_clientside.page.remember({ scenario: name });
      return window.dash_clientside.no_update;
    },
  },
});
