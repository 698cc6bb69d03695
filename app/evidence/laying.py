"""The evidence as the parts of a page: headings, facts and tables in the reader's words. No fact is decided here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from app.evidence.notices import about_access, sent_by_the_desk
from core.chat.showing.deciding import needed
from core.chat.words import Words
from core.collections.policy import Need
from core.engine.transaction import SYSTEM
from core.suspensions.model import POLICY

Part = dict[str, Any]


def lay_out(found: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What the template needs, in the order it is read."""
    made = datetime.fromisoformat(found["made_at"])
    whose = found["customer"]
    return {
        "title": words.say("evidence.title", number=found["case"]), "subtitle": found["title"], "language": words.language,
        "footer": words.say("evidence.footer", number=found["case"], at=made),
        "facts": [
            [words.say("fact.customer"), ", ".join(filter(None, (whose["name"], whose["tax_id"], whose["country"])))],
            [words.say("fact.payer"), found["payer"]],
            *_links(found, words),
            [words.say("fact.opened"), _moment(words, found["opened_at"])],
            [words.say("evidence.zone"), words.zone],
        ],
        "parts": [
            _notices(found, words),
            *sent_by_the_desk(found, words),
            *_bank(found, words),
            *(part for each in found["requests"] for part in _request(each, found, words)),
            *about_access(found, words),
            _events(found, words),
        ],
    }  # fmt: skip


def _links(found: Mapping[str, Any], words: Words) -> Iterable[list[str]]:
    """Who said that this payer and these tenants are the customer's."""
    for each in found["links"]:
        if each["kind"] in ("payer", "tenant") and each["confirmed_at"]:
            day = _moment(words, each["confirmed_at"])
            known = each["shown"] or each["external"]
            person = words.say("actor.desk") if each["confirmed_by"] == SYSTEM.id else each["confirmed_by"]
            yield [
                words.say(f"evidence.link.{each['kind']}"),
                words.say("whose.confirmed", known=known, person=person, day=day),
            ]  # fmt: skip


def _disputes(found: Mapping[str, Any], listed: Mapping[str, Any], words: Words) -> Iterable[list[str]]:
    """Those that the decision knew of, with who let it go on in spite of them."""
    known = {each["id"]: each for each in found["disputes"]}
    for given in listed.get("disputes", ()):
        each, amount = known[given["id"]], words.money(given["amount"], listed["currency"])
        said = words.say("evidence.dispute", number=each["number"], amount=amount, invoice=given["invoice"], reason=each["reason"])
        let = words.say("evidence.overridden", person=each["overridden_by"], reason=each["override_reason"]) if given["overridden"] else ""
        yield [words.say("suspension.fact.disputes"), " ".join(filter(None, (said, let)))]
    if listed.get("disputes"):
        yield [words.say("suspension.fact.undisputed"), words.money(listed["undisputed"], listed["currency"])]


def _notices(found: Mapping[str, Any], words: Words) -> Part:
    rows = [
        [
            words.say(f"choice.kind.{n['kind']}"), words.day(date.fromisoformat(n["sent_on"])), n["recipient"],
            words.say(f"choice.method.{n['method']}"), n["proof"], f"{_who(words, n['recorded_by'])}, {_moment(words, n['recorded_at'])}",
        ]
        for n in found["notices"]
    ]  # fmt: skip
    columns = ("kind", "sent", "recipient", "method", "proof", "recorded")
    if found["notices_by_the_desk"] and not rows:
        return _part(words.say("notice.title"))
    return _part(words.say("notice.title"), tables=[_table(words, columns, rows, (3, 3, 4, 3, 5, 4))])


def _bank(found: Mapping[str, Any], words: Words) -> Iterable[Part]:
    """Who said until when the bank was checked; nothing where nobody had to."""
    rows = [[b["by"], _moment(words, b["at"]), _moment(words, b["until"]), b["checked"]] for b in found["bank_checked"]]
    if rows:
        yield _part(words.say("evidence.bank"), tables=[_table(words, ("who", "when", "bank_until", "bank_how"), rows, (4, 4, 4, 6))])


def _request(found: Mapping[str, Any], whole: Mapping[str, Any], words: Words) -> Iterable[Part]:
    listed, currency = found["facts"], found["facts"]["currency"]
    facts = [
        [words.say("evidence.state"), words.say(f"suspension.short.{found['state']}")],
        [words.say("evidence.asked_by"), f"{_who(words, found['asked_by'])}, {_moment(words, found['asked_at'])}"],
        *([[words.say("evidence.answered_by"), ", ".join(found["answered_by"])]] if found["answered_by"] else []),
        [words.say("evidence.reason"), found["reason"]],
        [words.say("fact.quorum"), "; ".join(needed(words, Need(each["approvals"], each["of"])) for each in found["needed"])],
        [words.say("fact.overdue"), words.money(listed["overdue"], currency)],
        [words.say("fact.as_of"), _moment(words, found["as_of"]["position"])],
        [words.say("evidence.policy"), listed["policy"]],
        *_disputes(whole, listed, words),
    ]
    if said := found["bank_checked"]:
        facts.append([words.say("fact.bank_checked"), f"{_moment(words, said['until'])}, {said['by']}, {said['checked']}"])
    facts += [[words.say("evidence.cooling"), _moment(words, found["cooling_until"])]] if found["cooling_until"] else []
    facts += [[words.say("evidence.ended"), f"{_moment(words, found['ended_at'])} {found['end_reason']}"]] if found["ended_at"] else []
    invoices = [
        [i["number"], words.day(date.fromisoformat(i["due_on"])), words.money(i["total"], currency), _open(words, i["open"], currency)]
        for i in listed["invoices"]
    ]
    votes = [
        [
            v["by"],
            words.say(f"evidence.verdict.{v['verdict']}"),
            _moment(words, v["at"]),
            v["chat"].capitalize(),
            str(v["round"]),
            v["reason"],
        ]
        for v in found["votes"]
    ]
    yield _part(
        words.say("evidence.request", number=found["number"]), facts=facts,
        tables=[
            _table(words, ("who", "part", "since", "until"), _people(found, words), (4, 5, 4, 4)),
            _table(words, ("invoice", "due", "total", "open"), invoices, (4, 3, 3, 3), numeric=(2, 3)),
            _table(words, ("who", "verdict", "when", "chat", "round", "reason"), votes, (4, 3, 4, 2, 2, 5)),
        ],
    )  # fmt: skip
    for item in found["subscriptions"]:
        yield _subscription(item, words)


def _people(found: Mapping[str, Any], words: Words) -> list[list[str]]:
    """Who could decide, who was asked and who watched, each from when to when; nobody is a row that says so."""
    rows = []
    for part in ("asked", "could_decide", "watched"):
        for each in found[part]:
            said = words.say(f"evidence.{part}")
            said = words.say("evidence.instead_of", part=said, absent=each["instead_of"]) if each["instead_of"] else said
            rows.append([each["name"], said, _moment(words, each["since"]), _moment(words, each["until"]) if each["until"] else ""])
    return rows


def _subscription(item: Mapping[str, Any], words: Words) -> Part:
    facts = [
        [words.say("evidence.state"), words.say(f"suspension.item.{'carried' if _is_carried(item) else item['state']}")],
        [words.say("evidence.subscription"), item["subscription"]],
        [words.say("evidence.tenant"), item["tenant"]],
    ]  # fmt: skip
    moments = ("looked_at", "sent_at", "done_at")
    facts += [[words.say(f"evidence.{name}"), _moment(words, item[name])] for name in moments if item[name]]
    facts += [
        [f"MS-{name}", item[key]] for name, key in (("RequestId", "ms_request_id"), ("CorrelationId", "ms_correlation_id")) if item[key]
    ]
    facts += [[words.say("evidence.by_hand"), _by_hand(item["answer"], words)]] if _is_carried(item) else []
    facts += [[words.say("evidence.by_hand_back"), _by_hand(r["by_hand"], words)] for r in item["restores"] if r.get("by_hand")]
    rows = [
        [_way_back(r, words), f"{_who(words, r['asked_by'])}, {_moment(words, r['asked_at'])}", r["reason"], r["ms_request_id"]]
        for r in item["restores"]
    ]
    tables = [_table(words, ("restore", "who", "reason", "ms_request_id"), rows, (3, 4, 3, 7))] if rows else []
    return _part(item["name"], facts=facts, tables=tables, level=3)


def _is_carried(item: Mapping[str, Any]) -> bool:
    return item["state"] == "suspended" and "reference" in item["answer"]


def _way_back(way: Mapping[str, Any], words: Words) -> str:
    return words.say(f"restore.state.{'carried' if way.get('by_hand') else way['state']}")


def _by_hand(answer: Mapping[str, Any], words: Words) -> str:
    """Who recorded it is told by name; the rest is what they said."""
    told = {"person": answer["recorded_name"], "at": _moment(words, answer["carried_at"]), "reference": answer["reference"]}
    return words.say("by_hand.in_evidence", who=answer["who"], **told)


def _events(found: Mapping[str, Any], words: Words) -> Part:
    rows = [
        [_moment(words, e["at"]), _who(words, e["who"]), f"{e['event']} ({e['subject']} {e['seq']})", e["hash"][:16]]
        for e in found["events"]
    ]
    table = _table(words, ("when", "who", "event", "hash"), rows, (4, 3, 6, 4))
    return _part(words.say("evidence.events"), lines=[words.say("evidence.chain")], tables=[table])


def _part(title: str, *, level: int = 2, lines: Iterable[str] = (), facts: Iterable[list[str]] = (), tables: Iterable[Part] = ()) -> Part:
    return {"title": title, "level": level, "lines": list(lines), "facts": list(facts), "tables": list(tables)}


def _table(
    words: Words, columns: Iterable[str], rows: list[list[str]], widths: Iterable[int], *, numeric: Iterable[int] = ()
) -> Part:  # fmt: skip
    names = [words.say(f"column.{name}") for name in columns]
    return {"columns": names, "rows": rows, "widths": list(widths), "numeric": list(numeric), "empty": words.say("evidence.none")}


def _who(words: Words, name: str) -> str:
    """The data names the desk as the chain does; people read it in their own words."""
    if name.startswith(POLICY):
        return words.say("actor.policy", version=name.removeprefix(POLICY))
    return words.say("actor.desk") if name == SYSTEM.id else name


def _moment(words: Words, iso: str) -> str:
    return words.moment(datetime.fromisoformat(iso))


def _open(words: Words, amount: int | None, currency: str) -> str:
    return words.say("receivables.not_named") if amount is None else words.money(amount, currency)
