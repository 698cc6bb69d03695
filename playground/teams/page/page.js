// One person's Teams: conversations, messages, cards, dialogs. Everything comes from /api/news, which answers when there is news.
import { draw } from "./cards.js";
import { dots } from "./menu.js";
import { message as asMessage } from "./words.js";

const at = (selector) => document.querySelector(selector);
const state = { people: [], bot: "", person: null, chat: null, thread: "", chats: [], messages: new Map(), version: -1, turn: 0 };

const ask = async (path, body) => {
  const answer = await fetch(`/api/${path}`, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};

const toast = (text) => {
  const shown = Object.assign(document.createElement("div"), { textContent: text });
  at("#toasts").append(shown);
  setTimeout(() => shown.remove(), 9000);
};

const initials = (name) => name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase();

const avatar = (name, sender) => {
  const hue = [...sender].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 360, 7);
  const made = Object.assign(document.createElement("span"), { className: sender === "bot" ? "avatar bot" : "avatar", textContent: initials(name) });
  if (sender !== "bot") made.style.background = `hsl(${hue} 35% 42%)`;
  made.setAttribute("aria-hidden", "true");
  return made;
};

// Asks the bot, and does with its answer what Teams does. `command` is the entry of the message's own menu that a dialog came from.
const invoke = async (path, messageId, body, command = "") => {
  document.body.classList.add("busy");
  try {
    const answer = await ask(path, { person: state.person.id, message: messageId, ...body, ...(command && { command }) });
    if (answer.dialog) openDialog(messageId, answer.dialog, command);
    else if (at("#dialog").open) at("#dialog").close();
    if (answer.toast) toast(answer.toast);
  } finally { document.body.classList.remove("busy"); }
};

// What a person does with a card of a message, or with a dialog about it.
const gestures = (messageId, closeWhenDone, command) => ({
  act: (action, data) => {
    const wantsDialog = data.msteams?.type === "task/fetch";
    const [path, body] = closeWhenDone ? ["fill", { data }] : action.kind === "execute" ? ["press", { action: { verb: action.verb, data } }]
      : [wantsDialog ? "fetch" : "submit", { data }];
    return invoke(path, messageId, body, command);
  },
  search: async (dataset, text) => (await ask("search", { person: state.person.id, message: messageId, dataset, text })).choices,
});

const openDialog = (messageId, task, command) => {
  const dialog = at("#dialog");
  dialog.querySelector("h2").textContent = task.title || "";
  dialog.querySelector(".card").replaceChildren(draw(task.card?.content ?? {}, state.person, gestures(messageId, true, command)));
  if (!dialog.open) dialog.showModal();
};

const drawMessage = (message) => {
  const made = document.createElement("article");
  made.id = `m${message.id}`;
  made.className = message.sender === state.person.id ? "mine" : "";
  if (message.thread) made.classList.add("reply");
  const when = new Intl.DateTimeFormat(state.person.locale, { timeZone: state.person.zone, hour: "2-digit", minute: "2-digit" }).format(new Date(message.at));
  const head = Object.assign(document.createElement("p"), { className: "head", textContent: `${message.name}  ${when}${message.edited ? "  Edited" : ""}` });
  const body = Object.assign(document.createElement("div"), { className: "body" });
  if (message.deleted) body.innerHTML = "<i>This message has been deleted.</i>";
  else if (message.text) body.innerHTML = asMessage(message.text);
  for (const content of message.cards) {
    const holder = Object.assign(document.createElement("div"), { className: content.msteams?.width === "Full" ? "card full" : "card" });
    holder.append(draw(content, state.person, gestures(message.id, false)));
    body.append(holder);
  }
  const inner = document.createElement("div");
  inner.append(head, body);
  if (state.chat?.kind === "channel" && !message.thread) inner.append(replyButton(message));
  if (state.person.menu.length && !message.deleted) inner.append(dots(state.person.menu, (entry) => invoke("menu", message.id, {}, entry.id)));
  made.append(avatar(message.name, message.sender), inner);
  return made;
};

const replyButton = (message) => {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "replyto", textContent: "Reply" });
  made.onclick = () => { state.thread = message.id; composer(); at("#line").focus(); };
  return made;
};

// In a channel a thread stays together under its post.
const place = (made, message) => {
  const list = at("#messages");
  const old = document.getElementById(made.id);
  if (old) return old.replaceWith(made);
  if (!message.thread) return list.append(made);
  let last = document.getElementById(`m${message.thread}`);
  while (last?.nextElementSibling?.classList.contains("reply")) last = last.nextElementSibling;
  return last ? last.after(made) : list.append(made);
};

const show = (messages, fresh) => {
  const list = at("#messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  for (const message of messages.filter((m) => m.conversation === state.chat?.id)) {
    const made = drawMessage(message);
    const known = document.getElementById(made.id);
    place(made, message);
    if (fresh && known) made.classList.add("updated");
  }
  if (atEnd || !fresh) list.scrollTop = list.scrollHeight;
};

const composer = () => {
  const channel = state.chat?.kind === "channel";
  at("#mention").hidden = !channel;
  at("#mention span").textContent = `@${state.bot}`;
  at("#replying").hidden = !state.thread;
  at("#replying span").textContent = "Replying in the thread";
  at("#line").placeholder = channel ? "Start a post" : `Type a message, such as “help” or “case 101”`;
};

const chooseChat = (id) => {
  state.chat = state.chats.find((chat) => chat.id === id) ?? state.chats[0] ?? null;
  state.thread = "";
  at("#messages").replaceChildren();
  at("#title").textContent = state.chat ? (state.chat.team ? `${state.chat.team} › ${state.chat.name}` : state.chat.name) : "";
  composer();
  show([...state.messages.values()], false);
  seen();
};

const seen = async () => {
  const chat = state.chat;
  if (!chat) return;
  await ask("read", { person: state.person.id, conversation: chat.id });
  chat.unread = 0;
  list();
};

const list = () => at("#chats").replaceChildren(...state.chats.map((chat) => {
  const made = Object.assign(document.createElement("button"), { type: "button" });
  made.setAttribute("aria-current", String(chat.id === state.chat?.id));
  made.append(avatar(chat.team || chat.name, chat.kind === "personal" ? "bot" : chat.id));
  const text = document.createElement("span");
  text.append(Object.assign(document.createElement("b"), { textContent: chat.name }), Object.assign(document.createElement("small"), { textContent: chat.team || "Chat" }));
  made.append(text);
  if (chat.unread && chat.id !== state.chat?.id) made.append(Object.assign(document.createElement("em"), { textContent: chat.unread, ariaLabel: `${chat.unread} unread` }));
  made.onclick = () => chooseChat(chat.id);
  return made;
}));

const take = (news) => {
  const first = state.version < 0;
  state.version = news.version;
  state.chats = news.conversations;
  for (const message of news.messages) state.messages.set(message.id, message);
  if (first) return chooseChat(sessionStorage.getItem("chat"));
  state.chat = state.chats.find((chat) => chat.id === state.chat?.id) ?? null;
  show(news.messages, true);
  if (news.messages.some((m) => m.conversation === state.chat?.id)) seen();
  return list();
};

const follow = async (turn) => {
  while (turn === state.turn) {
    try {
      const news = await ask(`news?person=${encodeURIComponent(state.person.id)}&since=${state.version}`);
      if (turn === state.turn) take(news);
    } catch { await new Promise((later) => setTimeout(later, 1500)); }
  }
};

const become = (id) => {
  state.person = state.people.find((person) => person.id === id) ?? state.people[0];
  sessionStorage.setItem("person", state.person.id);
  at("#person").value = state.person.id;
  if (at("#dialog").open) at("#dialog").close();
  Object.assign(state, { messages: new Map(), chats: [], version: -1, chat: null, thread: "", turn: state.turn + 1 });
  list();  // nothing of the person before can be clicked until this one's conversations have come
  at("#messages").replaceChildren();
  follow(state.turn);
};

const drawFaults = ({ known, left }) => at("#faults div").replaceChildren(...Object.entries(known).map(([name, text]) => {
  const made = Object.assign(document.createElement("button"), { type: "button", title: text, textContent: left[name] ? `${name} ×${left[name]}` : name });
  made.onclick = async () => drawFaults(await ask("faults", { name, times: (left[name] || 0) + 1 }));
  return made;
}));

at("#composer").onsubmit = async (event) => {
  event.preventDefault();
  const text = at("#line").value.trim();
  if (!text || !state.chat) return;
  at("#line").value = "";
  const mention = state.chat.kind === "channel" && at("#mention input").checked;
  const answer = await ask("say", { person: state.person.id, conversation: state.chat.id, text, thread: state.thread, mention });
  if (answer.toast) toast(answer.toast);
};
at("#replying button").onclick = () => { state.thread = ""; composer(); };
at("#dialog header button").onclick = () => at("#dialog").close();
at("#person").onchange = (event) => become(event.target.value);
at("#faults").ontoggle = async () => { if (at("#faults").open) drawFaults(await ask("faults")); };

const { people, bot } = await ask("people");
Object.assign(state, { people, bot });
at("#person").replaceChildren(...people.map((p) => new Option(p.guest ? `${p.name} (guest)` : p.name, p.id)));
become(new URLSearchParams(location.search).get("person") ?? sessionStorage.getItem("person"));
