// What local-slack shows as it was sent, drawn as Slack draws it. Its page reads every message through JSON.parse.
(() => {
  const DATE = /<!date\^[^|>]*\|([^>]*)>/g; // a date that a client writes in its reader's zone, and the text for those that cannot
  const CODE = /```([^`]*)```/g;
  const line = (text) => (text.trim() ? "`" + text.replace(/ /g, "\u00a0").replace(/-/g, "\u2011") + "`" : ""); // one line stays one line
  const code = (_, block) => block.split("\n").map(line).join("\n");
  // "<" of a person's own words must not become the mark of a mention: a space of no width stands behind it.
  const plain = (text) => text.replace(/&lt;/g, "<\u200b").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const drawn = (text) => plain(text.replace(DATE, "$1").replace(CODE, code));
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (node === null || typeof node !== "object") return undefined;
    if (typeof node.text === "string" && node.type !== "plain_text") node.text = drawn(node.text);
    return Object.values(node).forEach(walk);
  };
  const parse = JSON.parse;
  JSON.parse = (text, reviver) => {
    const found = parse(text, reviver);
    walk(found);
    return found;
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url, protocols) {
      super(String(url).replace(location.host, "LOCAL_SLACK"), protocols);
    }
  };
})();
