// Parts of a page that no callback knows: drawn at once, where Dash would keep books on every element.
(function () {
  const element = window.React.createElement;

  // Go to an address of this program as Dash's own links do; with a key held down the browser does what it always does.
  function go(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function drawn(tree) {
    if (!Array.isArray(tree)) return tree;
    const [tag, told, ...children] = tree;
    const held = children.map(drawn);
    if (tag === "") return element(window.React.Fragment, null, ...held);
    if (tag === "Link") return element("a", Object.assign({}, told, { onClick: go }), ...held);
    return element(tag, told, ...held);
  }

  window.twin_dashboard = { Still: function (props) { return drawn(props.tree); } };
})();
