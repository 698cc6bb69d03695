// Text as Teams draws it in cards: a small part of Markdown, mentions, and dates in the reader's zone. Nothing else becomes markup.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escape = (text) => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

const STAMP = /\{\{(DATE|TIME)\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))(?:, ?(COMPACT|SHORT|LONG))?\)\}\}/g;
const DATES = { COMPACT: { dateStyle: "short" }, SHORT: { weekday: "short", day: "numeric", month: "short", year: "numeric" }, LONG: { dateStyle: "full" } };

// {{DATE(…)}} and {{TIME(…)}}: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
export const dated = (text, person) => text.replace(STAMP, (_all, kind, stamp, style) => {
  const options = kind === "TIME" ? { hour: "2-digit", minute: "2-digit" } : DATES[style || "COMPACT"];
  return new Intl.DateTimeFormat(person.locale, { timeZone: person.zone, ...options }).format(new Date(stamp));
});

// The renderer hands over each text; an escaped sign is put aside first, so that it stays what it is.
export const markdown = (text) => {
  const kept = [];
  const aside = (sign) => `\u0001${kept.push(escape(sign)) - 1}\u0002`;
  const html = escape(text.replace(/\\([\\`*_[\]#~()])/g, (_all, sign) => aside(sign)))
    .replace(/\[([^\]\n]+)\]\((https?:[^\s)]+)\)/g, '<a href="$2" target="_blank" rel="noopener noreferrer">$1</a>')
    .replace(/\*\*([^*\n]+)\*\*/g, "<b>$1</b>")
    .replace(/(^|[\s(])_([^_\n]+)_(?=$|[\s.,;:)])/g, "$1<i>$2</i>")
    .replace(/&lt;at&gt;(.*?)&lt;\/at&gt;/g, '<span class="mention">$1</span>')
    .replace(/\n/g, "<br>");
  return html.replace(/\u0001(\d+)\u0002/g, (_all, at) => kept[Number(at)]);
};

// A plain message: only mentions are more than text.
export const message = (text) => escape(new DOMParser().parseFromString(text.replace(/<at>/g, "\u0001").replace(/<\/at>/g, "\u0002"), "text/html").body.textContent)
  .replace(/\u0001/g, '<span class="mention">').replace(/\u0002/g, "</span>").replace(/\n/g, "<br>");
