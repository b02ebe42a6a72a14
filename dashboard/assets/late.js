// Libraries that few pages need: fetched when the first of their components is drawn, which comes a frame after all else. The server leaves them in the page as scripts of type "text/late".
(function () {
  const React = window.React, AGAIN = 3000, coming = {};

  // A script that does not come is asked for again until it does: what waits for it would stay blank for good.
  function fetched(address, done) {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = function () {
      script.remove();
      window.setTimeout(fetched, AGAIN, address, done);
    };
    document.head.appendChild(script);
  }

  // A frame later: what has just been read is drawn after what is already there.
  function framed(then) { window.requestAnimationFrame(function () { window.setTimeout(then); }); }

  function library(tag) {
    const parts = {};
    let real = null, under_way = null;

    function come() {
      under_way = under_way || new Promise(function (done) { fetched(tag.getAttribute("src"), done); });
      return under_way;
    }
    coming[tag.dataset.library] = come;

    function part(name) {
      function Late(props) {
        const [here, tell] = React.useState(false);
        React.useEffect(function () { if (!here) come().then(function () { framed(function () { tell(true); }); }); }, [here]);
        return here ? React.createElement(real[name], props) : null;
      }
      Object.defineProperty(Late, "_dashprivate_isLazyComponentReady", { get: function () { return real ? real[name]._dashprivate_isLazyComponentReady : come(); } });
      return Late;
    }

    // Components have capital letters; all else is the library's own, once it is here.
    const stand_in = new Proxy(parts, {
      get: function (_, name) {
        if (typeof name !== "string" || !/^[A-Z]/.test(name)) return real ? real[name] : undefined;
        return (parts[name] = parts[name] || part(name));
      },
      set: function (_, name, value) {
        if (real) real[name] = value;
        return true;
      },
    });
    Object.defineProperty(window, tag.dataset.library, {
      configurable: true,
      get: function () { return stand_in; },
      set: function (found) {
        if (found === stand_in) return;
        real = found;
        Object.keys(parts).forEach(function (name) {
          ["dashRenderType", "dashChildrenUpdate"].forEach(function (told) {
            if (real[name] && told in real[name]) parts[name][told] = real[name][told];
          });
        });
      },
    });
  }

  // The library itself, for scripts that ask it something.
  window.late = function (name) { return coming[name]().then(function () { return window[name]; }); };
  document.querySelectorAll('script[type="text/late"]').forEach(library);
})();
