"""What a notice must say and what it must not, found by filling it in with an example and reading what comes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jinja2 import TemplateError, TemplateSyntaxError, nodes

from app.policies.nodes import Fault
from core.collections.examples import example, example_access, example_final
from core.collections.texts import FINAL, OF_ACCESS, UPCOMING, Texts, Tongue, Wording
from core.collections.wording import ACCESS_FIELDS, FINAL_FIELDS, REMINDER_FIELDS, SANDBOX, Fields, fill

# Words that threaten; other languages than ours are read by their fields only.
THREATS = {
    "en": re.compile(r"suspen|cut(?:ting)? off|switch(?:ed|ing)? off|block(?:ed|ing)? (?:your )?access|disconnect", re.IGNORECASE),
    "pl": re.compile(r"zawie[sś]|od[lł][aą]cz|odci[aą][cć]|odetn|zablok|wy[lł][aą]cz", re.IGNORECASE),
}


@dataclass(frozen=True)
class Must:
    """A field whose value has to be read in the notice, and what the notice lacks without it."""

    field: str
    lack: str


EVERY = (Must("total", "the amount"), Must("due", "the due date"), Must("pay", "how to pay"), Must("contact", "whom to ask"))
FINALLY = (
    *EVERY,
    Must("suspends_at", "the date and time of the suspension"),
    Must("stops", "what stops then"),
    Must("legal", "the legal block"),
)


def lint(texts: Texts, tongue: Tongue, wording: Wording, subject_at: int, body_at: int) -> Iterator[Fault]:
    """Every fault of one wording; the first kind that there is, as the later ones would only follow from it."""
    at = {"subject": subject_at, "body": body_at}
    known = {FINAL: FINAL_FIELDS, **dict.fromkeys(OF_ACCESS, ACCESS_FIELDS)}.get(wording.name, REMINDER_FIELDS)
    found = [fault for part in at for fault in _fields(getattr(wording, part), at[part], known)]
    yield from found or (_about_access(tongue, wording, at) if wording.name in OF_ACCESS else _filled(texts, tongue, wording, at))


def _fields(template: str, begins: int, known: frozenset[str]) -> Iterator[Fault]:
    """What is no template, or names a field that there is not."""
    try:
        tree = SANDBOX.parse(template)
    except TemplateSyntaxError as error:
        yield Fault(begins + error.lineno - 1, f"This is no template: {error.message}.")
        return
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for name in tree.find_all(nodes.Name):
        if name.ctx != "load" or name.name in own or name.name in known:
            continue
        line = begins + name.lineno - 1
        if known is REMINDER_FIELDS and name.name in FINAL_FIELDS:
            yield Fault(line, f"“{name.name}” is for the final notice: a reminder does not threaten.")
        else:
            there = sorted(FINAL_FIELDS if known is REMINDER_FIELDS else known)
            yield Fault(line, f"There is no field “{name.name}”. There are: {', '.join(there)}.")


def _about_access(tongue: Tongue, wording: Wording, at: dict[str, int]) -> Iterator[Fault]:
    """What it is about and whom to ask."""
    given, of = example_access(tongue), f"The letter “{wording.name}” in {tongue.language}"
    try:
        subject, body = fill(wording, given)
    except TemplateError as error:
        yield Fault(_line_of(error, at["body"]), f"{of} cannot be filled in: {error.message or error}.")
        return
    if not subject:
        yield Fault(at["subject"], f"{of} has no subject.")
    for field, lack in (("products", "what it is about"), ("contact", "whom to ask")):
        if " ".join(getattr(given, field).split()) not in " ".join(body.split()):
            yield Fault(at["body"], f"{of} lacks {lack}: write {{{{ {field} }}}}.")


def _filled(texts: Texts, tongue: Tongue, wording: Wording, at: dict[str, int]) -> Iterator[Fault]:
    """With and without something disputed, for one invoice and for several."""
    is_final = wording.name == FINAL
    whole = example_final(texts, tongue) if is_final else example(texts, tongue)
    for given in (whole, replace(whole, disputed="", invoices=whole.invoices[:1])):
        try:
            subject, body = fill(wording, given)
        except TemplateError as error:
            yield Fault(_line_of(error, at["body"]), f"The notice “{wording.name}” cannot be filled in: {error.message or error}.")
            return
        found = list(_said(tongue, wording, given, subject, body, at["body"]))
        yield from found
        if found:
            return


def _said(tongue: Tongue, wording: Wording, given: Fields, subject: str, body: str, line: int) -> Iterator[Fault]:
    of = f"The notice “{wording.name}” in {tongue.language}"
    if not subject:
        yield Fault(line, f"{of} has no subject.")
    for must in FINALLY if wording.name == FINAL else EVERY:
        if " ".join(getattr(given, must.field).split()) not in " ".join(body.split()):
            yield Fault(line, f"{of} lacks {must.lack}: write {{{{ {must.field} }}}}.")
    if wording.name == UPCOMING and given.period not in body:
        yield Fault(line, f"{of} does not name the billing period: write {{{{ period }}}}.")
    for invoice in given.invoices:
        if not all(part in body for part in (invoice.number, invoice.open, invoice.due)):
            yield Fault(line, f"{of} does not name each invoice with what is open and its due date.")
            break
    threat = THREATS[tongue.language].search(f"{subject}\n{body}") if tongue.language in THREATS else None
    if wording.name == FINAL and tongue.language in THREATS and threat is None:
        yield Fault(line, f"{of} threatens nothing: say that services will be suspended.")
    if wording.name != FINAL and threat is not None:
        yield Fault(line, f"{of} threatens (“{threat[0]}”): only the final notice does.")


def _line_of(error: TemplateError, begins: int) -> int:
    """Where in the body it broke, as far as the template's own frames say."""
    trace, line = error.__traceback__, 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return begins + line - 1
