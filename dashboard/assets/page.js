// What only the browser can do: say the page's language, and open the menu on a narrow screen.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  page: {
    language: function (search) {
      const told = new URLSearchParams(search || "").get("lang");
      document.documentElement.lang = told === "zh" ? "zh-CN" : "en";
      return window.dash_clientside.no_update;
    },
    // Put words of a page's own into the address, so that a link and going back bring them again; nothing is built anew.
    remember: function (own, push) {
      const query = new URLSearchParams(window.location.search);
      Object.entries(own || {}).forEach(function (pair) {
        if (pair[1] === null || pair[1] === undefined || pair[1] === "") query.delete(pair[0]);
        else query.set(pair[0], pair[1]);
      });
      const told = "?" + query.toString();
      if (told === window.location.search) return window.dash_clientside.no_update;
      window.history[push ? "pushState" : "replaceState"](null, "", window.location.pathname + told);
      const units = ["kWh", "kgce", "kBtu"];
      const unit = units[(Math.max(units.indexOf(query.get("unit")), 0) + 1) % units.length];
      [["language", "lang", query.get("lang") === "zh" ? "en" : "zh"], ["theme", "theme", query.get("theme") === "dark" ? "light" : "dark"], ["unit", "unit", unit]].forEach(function (each) {
        const other = new URLSearchParams(query);
        other.set(each[1], each[2]);
        window.dash_clientside.set_props(each[0], { href: window.location.pathname + "?" + other.toString() });
      });
      return window.dash_clientside.no_update;
    },
    // Ask for a new screen unless one is being built: of two answers under way the older one would be lost.
    tick: function (count, building) {
      return building ? window.dash_clientside.no_update : count;
    },
    menu: function (opened, navbar) {
      return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
    },
  },
});
