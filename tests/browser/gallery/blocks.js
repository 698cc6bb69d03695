// Block Kit as Slack draws it, plainly: the blocks and elements that the desk uses, for looking at words, order and what is cut.
// Slack publishes no renderer; messages are also drawn by local-slack in tests/browser/test_local_slack.py.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const element = (name, kind, html = "") => Object.assign(document.createElement(name), { className: kind, innerHTML: html });

const moment = (seconds, format, locale) => {
  const at = new Date(Number(seconds) * 1000), zone = { timeZone: "Europe/Warsaw" };
  const day = new Intl.DateTimeFormat(locale, { ...zone, day: "numeric", month: "short", year: "numeric" }).format(at);
  const time = new Intl.DateTimeFormat(locale, { ...zone, hour: "2-digit", minute: "2-digit" }).format(at);
  return format.replace("{date_short_pretty}", day).replace("{time}", time);
};

// https://docs.slack.dev/messaging/formatting-message-text
const markup = (text, locale) => {
  const kept = [];
  const aside = (html) => `\u0001${kept.push(html) - 1}\u0002`;
  const html = text
    .replace(/```([\s\S]*?)```/g, (_all, code) => aside(`<pre>${escape(unescape(code))}</pre>`))
    .replace(/`([^`\n]+)`/g, (_all, code) => aside(`<code>${escape(unescape(code))}</code>`))
    .replace(/<!date\^(\d+)\^([^|>]*)\|[^>]*>/g, (_all, seconds, format) => aside(escape(moment(seconds, format, locale))))
    .replace(/<@([^>]+)>/g, (_all, who) => aside(`<span class="mention">@${escape(who)}</span>`))
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, (_all, url, label) => aside(`<a href="${escape(url)}">${escape(unescape(label))}</a>`));
  return escape(unescape(html))
    .replace(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s.,:;)])/gm, "$1<b>$2</b>")
    .replace(/(^|[\s(])_([^_\n]+)_(?=$|[\s.,:;)])/gm, "$1<i>$2</i>")
    .replace(/(^|[\s(])~([^~\n]+)~(?=$|[\s.,:;)])/gm, "$1<s>$2</s>")
    .replace(/\n/g, "<br>")
    .replace(/\u0001(\d+)\u0002/g, (_all, at) => kept[Number(at)]);
};
const worded = (found, locale) => (found.type === "mrkdwn" ? markup(found.text, locale) : escape(found.text).replace(/\n/g, "<br>"));

const ELEMENTS = {
  button: (found) => {
    const made = element("span", "pressed");
    made.append(element("button", found.style || "", escape(found.text.text)));
    const asked = found.confirm;
    if (asked) made.append(element("small", "asks", `<b>${escape(asked.title.text)}</b> ${escape(asked.text.text)} [${escape(asked.confirm.text)}] [${escape(asked.deny.text)}]`));
    return made;
  },
  overflow: (found) => element("span", "overflow", `<button>⋯</button><ul>${found.options.map((o) => `<li>${escape(o.text.text)}</li>`).join("")}</ul>`),
  plain_text_input: (found) => element("div", found.multiline ? "box tall" : "box", escape(found.initial_value || "")),
  datepicker: (found, locale) => element("div", "box", `📅 ${found.initial_date ? new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(found.initial_date)) : ""}`),
  checkboxes: (found) => choices(found, "☑", "☐"),
  static_select: (found) => element("div", "box select", found.initial_option ? escape(found.initial_option.text.text) : `<i>${found.options.map((o) => escape(o.text.text)).join(" | ")}</i>`),
  external_select: (found) => element("div", "box select", found.initial_option ? escape(found.initial_option.text.text) : "<i>🔎</i>"),
};
ELEMENTS.multi_static_select = ELEMENTS.static_select;
ELEMENTS.users_select = ELEMENTS.external_select;
const choices = (found, on, off) => {
  const chosen = new Set((found.initial_options || []).map((option) => option.value));
  return element("div", "ticks", found.options.map((o) => `${chosen.has(o.value) ? on : off} ${escape(o.text.text)}`).join("<br>"));
};

const drawn = (found, locale) => (ELEMENTS[found.type] || ((odd) => element("mark", "", `${odd.type} is not drawn here`)))(found, locale);

const BLOCKS = {
  header: (block) => element("h1", "", escape(block.text.text)),
  divider: () => element("hr", ""),
  section: (block, locale) => {
    const made = element("div", "section"), said = element("div", "said");
    if (block.text) said.append(element("div", "", worded(block.text, locale)));
    if (block.fields) said.append(element("div", "fields", block.fields.map((field) => `<div>${worded(field, locale)}</div>`).join("")));
    made.append(said);
    if (block.accessory) made.append(drawn(block.accessory));
    return made;
  },
  context: (block, locale) => element("div", "context", block.elements.map((each) => `<span>${worded(each, locale)}</span>`).join(" ")),
  actions: (block) => {
    const made = element("div", "actions");
    made.append(...block.elements.map(drawn));
    return made;
  },
  input: (block, locale) => {
    const made = element("div", "input", `<b>${escape(block.label.text)}</b>${block.optional ? ` <small>(${locale.startsWith("pl") ? "opcjonalnie" : "optional"})</small>` : ""}`);
    made.append(drawn(block.element, locale));
    if (block.hint) made.append(element("small", "hint", escape(block.hint.text)));
    return made;
  },
};

// Errors leave the modal that is open, and what is typed in it: Slack puts each under its field.
const refused = ({ errors, over, typed }, locale) => {
  const made = draw(over, locale);
  for (const [at, input] of [...made.querySelectorAll(".input")].entries()) {
    const name = over.blocks.filter((block) => block.type === "input")[at].block_id;
    const box = input.querySelector(".box");
    if (box && !box.classList.contains("select") && typed[name]) box.textContent = typed[name];
    if (errors[name]) input.append(element("small", "error", escape(errors[name])));
  }
  return made;
};

export const draw = (payload, locale) => {
  if (payload.response_action === "errors") return refused(payload, locale);
  const made = element("div", `slack ${payload.type || "message"}`);
  if (payload.title) made.append(element("div", "bar", `<b>${escape(payload.title.text)}</b> ✕`));
  const body = element("div", "body");
  for (const block of payload.blocks || []) body.append((BLOCKS[block.type] || ((odd) => element("mark", "", `${odd.type} is not drawn here`)))(block, locale));
  if (!payload.blocks) body.append(element("div", "", markup(payload.text || "", locale)));
  made.append(body);
  if (payload.type === "modal") {
    const foot = element("div", "foot");
    if (payload.close) foot.append(element("button", "", escape(payload.close.text)));
    if (payload.submit) foot.append(element("button", "primary", escape(payload.submit.text)));
    made.append(foot);
  }
  return made;
};
