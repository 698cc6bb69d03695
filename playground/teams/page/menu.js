// A message's own menu, as Teams opens it behind the dots. Choosing asks the bot for a form about the message.

let open = null;

const close = (focus) => {
  if (!open) return;
  const { menu, button } = open;
  open = null;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
};

const moved = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("click", (event) => { if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) close(false); });
document.addEventListener("keydown", (event) => {
  if (!open) return;
  if (event.key === "Escape") return close(true);
  if (!moved[event.key]) return;
  const entries = [...open.menu.children];
  entries.at((entries.indexOf(document.activeElement) + moved[event.key]) % entries.length).focus();
  event.preventDefault();
});

// The dots of one message; `choose(entry)` is called with what was picked.
export const dots = (entries, choose) => {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "dots", textContent: "⋯", ariaLabel: "More options", ariaHasPopup: "menu", ariaExpanded: "false" });
  button.onclick = () => {
    const was = open?.button === button;
    close(false);
    if (was) return;
    const menu = Object.assign(document.createElement("div"), { className: "menu", role: "menu" });
    menu.append(...entries.map((entry) => {
      const made = Object.assign(document.createElement("button"), { type: "button", role: "menuitem", textContent: entry.title });
      made.onclick = () => { close(true); choose(entry); };
      return made;
    }));
    button.after(menu);
    button.setAttribute("aria-expanded", "true");
    open = { menu, button };
    menu.firstElementChild.focus();
  };
  return button;
};
