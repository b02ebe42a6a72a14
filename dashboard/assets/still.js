// The standing part of a page: drawn at once, where Dash would keep books on every element; its children stand in their places.
(function () {
  const React = window.React;

  // Go to an address of this program as Dash's own links do; with a key held down the browser does what it always does.
  function go(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  // What takes long comes a frame after all else.
  function Later(props) {
    const [now, tell] = React.useState(false);
    React.useEffect(function () {
      let timer = 0;
      const frame = window.requestAnimationFrame(function () { timer = window.setTimeout(function () { tell(true); }); });
      return function () { window.cancelAnimationFrame(frame); window.clearTimeout(timer); };
    }, []);
    return now ? props.children : React.createElement("div", props.hold);
  }

  function drawn(tree, children) {
    if (tree === null || typeof tree !== "object") return tree;
    if (!Array.isArray(tree)) return tree.later ? React.createElement(Later, { hold: tree.later }, children[tree.at]) : children[tree.at];
    const tag = tree[0] || React.Fragment, told = tree[0] === "Link" ? Object.assign({ onClick: go }, tree[1]) : tree[0] ? tree[1] : null;
    return React.createElement(tag === "Link" ? "a" : tag, told, ...tree.slice(2).map(function (each) { return drawn(each, children); }));
  }

  window.twin_dashboard = { Still: function (props) { return drawn(props.tree, [].concat(props.children)); } };
})();
