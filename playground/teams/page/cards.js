// Cards drawn by the official renderer, with fonts and colours close to Teams' light theme.
import { dated, markdown } from "./words.js";

const HOST = {
  fontFamily: '"Segoe UI", system-ui, "Noto Sans", sans-serif',
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: "#e1e1e1" },
  inputs: { allowDynamicallyFilteredChoiceSet: true, debounceTimeInMilliSeconds: 250, label: { requiredInputs: { suffix: " *", suffixColor: "attention" } } },
  factSet: { title: { weight: "Default", isSubtle: true, wrap: true, maxWidth: 160 }, value: { wrap: true }, spacing: 16 },
  actions: { maxActions: 6, buttonSpacing: 8, actionsOrientation: "Horizontal", actionAlignment: "Left", showCard: { actionMode: "Inline" } },
  containerStyles: {
    default: {
      backgroundColor: "#ffffff",
      foregroundColors: Object.fromEntries(Object.entries({
        default: "#242424", accent: "#5b5fc7", good: "#0e700e", warning: "#a2480a", attention: "#b10e1c", dark: "#000000", light: "#616161",
      }).map(([name, color]) => [name, { default: color, subtle: name === "default" ? "#616161" : color }])),
    },
    emphasis: { backgroundColor: "#f5f5f5" },
  },
  supportsInteractivity: true,
};

// Every text of a card with its dates drawn for this reader.
const forReader = (node, person) => {
  if (typeof node === "string") return dated(node, person);
  if (Array.isArray(node)) return node.map((item) => forReader(item, person));
  if (node && typeof node === "object") return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, forReader(value, person)]));
  return node;
};

const asText = (content) => Object.assign(document.createElement("pre"), { textContent: JSON.stringify(content, null, 2) });

// `act(action, data)` is called for a press; `search(dataset, text)` answers a lookup field with its choices.
export const draw = (content, person, { act, search }) => {
  if (!window.AdaptiveCards) return asText(content);
  const { AdaptiveCard, HostConfig, ExecuteAction, SubmitAction, OpenUrlAction, ChoiceSetInput } = window.AdaptiveCards;
  AdaptiveCard.onProcessMarkdown = (text, result) => { result.outputHtml = markdown(text); result.didProcess = true; };
  const card = new AdaptiveCard();
  card.hostConfig = new HostConfig(HOST);
  card.parse(forReader(content, person));
  card.onExecuteAction = (action) => {
    if (action instanceof OpenUrlAction) window.open(action.url, "_blank", "noopener");
    else if (action instanceof ExecuteAction) act({ kind: "execute", verb: action.verb }, action.data || {});
    else if (action instanceof SubmitAction) act({ kind: "submit" }, action.data || {});
  };
  card.onInputValueChanged = async (input) => {
    if (!(input instanceof ChoiceSetInput) || !input.isDynamicTypeahead()) return;
    const typed = input.getFilterForDynamicSearch();
    if (!typed) return;
    input.showLoadingIndicator();  // which opens the list: the renderer itself never opens it for choices that were looked up
    input.renderChoices(typed, await search(input.choicesData.dataset, typed));
  };
  const drawn = card.render();
  return drawn || asText(content);
};
