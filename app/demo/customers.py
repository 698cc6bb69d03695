"""A dozen customers with zones and languages, subscriptions of each kind, and invoices in every state.

All of it is invented. Amounts are minor units; due dates are days from the day the demo starts.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A subscription as Partner Center will show it."""

    name: str
    product: str  # OnlineServicesNCE | legacy | Azure | trial | addon
    quantity: int
    price: int  # minor units per seat and month
    term: str = "P1Y"
    ends_in: int = 120  # days until the term ends
    parent: str = ""
    scheduled: bool = False  # a change waits for the next term


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An invoice: due so many days from today (negative: late), and how much of it is still open (1.0 all, in thousandths)."""

    due: int
    open: int = 1000  # thousandths of the total
    extra_seats: int = 0  # seats added against the month before
    months_ago: int = 1


@dataclass(frozen=True, kw_only=True)
class Client:
    """A customer of the partner."""

    name: str
    domain: str
    tax_id: str
    locale: str
    zone: str
    country: str
    currency: str
    vat: int  # per cent
    contacts: tuple[tuple[str, str], ...]
    seats: tuple[Seat, ...]
    bills: tuple[Bill, ...]
    live: bool = False
    linked: bool = True
    segment: str = ""
    notices: tuple[tuple[str, int], ...] = field(default=())  # (kind, days ago)


def seat(name: str, quantity: int, price: int, **more: Any) -> Seat:
    """A new-commerce subscription, unless `product` says otherwise."""
    return Seat(name=name, quantity=quantity, price=price, **{"product": "OnlineServicesNCE", **more})


CLIENTS = (
    Client(
        name="Nowak i Wspólnicy sp. z o.o.", domain="nowak.example", tax_id="5252248481", locale="pl-PL", zone="Europe/Warsaw",
        country="PL", currency="PLN", vat=23, contacts=(("Teresa Nowak", "faktury@nowak.example"),),
        seats=(seat("Microsoft 365 Business Premium", 24, 9360), seat("Exchange Online (Plan 1)", 6, 1720)),
        bills=(Bill(due=-2, open=0, months_ago=2), Bill(due=12, extra_seats=5)), live=True,
    ),
    Client(
        name="Bäckerei Lindner GmbH", domain="lindner.example", tax_id="DE811907980", locale="de-DE", zone="Europe/Berlin", country="DE",
        currency="EUR", vat=19, contacts=(("Jonas Lindner", "buchhaltung@lindner.example"), ("Petra Voss", "voss@lindner.example")),
        seats=(
            seat("Microsoft 365 Business Standard", 15, 1250, ends_in=64, scheduled=True),
            seat("Defender for Office 365 (Plan 1)", 15, 200, product="addon", parent="Microsoft 365 Business Standard", ends_in=64),
        ),
        bills=(Bill(due=-38, months_ago=2), Bill(due=-8)), live=True, notices=(("reminder", 30), ("final", 7)),
    ),
    Client(
        name="Zielona Apteka", domain="zielonaapteka.example", tax_id="7792369887", locale="pl-PL", zone="Europe/Warsaw", country="PL",
        currency="PLN", vat=23, contacts=(("Marek Zieliński", "biuro@zielonaapteka.example"),), segment="health",
        seats=(seat("Microsoft 365 Business Basic", 9, 2500),), bills=(Bill(due=-10),),
    ),
    Client(
        name="Harbour & Finch Ltd", domain="harbourfinch.example", tax_id="GB980780684", locale="en-GB", zone="Europe/London", country="GB",
        currency="GBP", vat=20, contacts=(("Imogen Finch", "accounts@harbourfinch.example"),),
        seats=(seat("Microsoft 365 E3", 40, 3490),), bills=(Bill(due=-1, open=0, months_ago=2), Bill(due=20)), live=True,
    ),
    Client(
        name="Drukarnia Kraków Nowa Huta", domain="drukarnia-nh.example", tax_id="6762431187", locale="pl-PL", zone="Europe/Warsaw",
        country="PL", currency="PLN", vat=23, contacts=(("Ewa Dudek", "ksiegowosc@drukarnia-nh.example"),),
        seats=(seat("Office 365 E1", 30, 4300, product="legacy", ends_in=33),), bills=(Bill(due=-25),), notices=(("reminder", 18),),
    ),
    Client(
        name="Åkerlund Arkitekter AB", domain="akerlund.example", tax_id="SE556000475801", locale="sv-SE", zone="Europe/Stockholm",
        country="SE", currency="SEK", vat=25, contacts=(("Linnea Åkerlund", "ekonomi@akerlund.example"),),
        seats=(seat("Microsoft 365 Business Premium", 11, 24900),), bills=(Bill(due=4),),
    ),
    Client(
        name="Miller Dental LLC", domain="millerdental.example", tax_id="US841234567", locale="en-US", zone="America/New_York",
        country="US", currency="USD", vat=0, contacts=(("Grace Miller", "billing@millerdental.example"),), segment="health",
        seats=(seat("Microsoft 365 Business Basic (trial)", 25, 0, product="trial", term="P1M", ends_in=9),), bills=(Bill(due=-3),),
    ),
    Client(
        name="Studio Żuraw", domain="studiozuraw.example", tax_id="5842751979", locale="pl-PL", zone="Europe/Warsaw", country="PL",
        currency="PLN", vat=23, contacts=(("Kinga Żuraw", "kinga@studiozuraw.example"),),
        seats=(seat("Azure plan", 1, 184250, product="Azure", term=""),), bills=(Bill(due=-17),), notices=(("reminder", 9),),
    ),
    Client(
        name="Teatr Mały", domain="teatrmaly.example", tax_id="5260250995", locale="pl-PL", zone="Europe/Warsaw", country="PL",
        currency="PLN", vat=23, contacts=(("Hanna Król", "finanse@teatrmaly.example"),), segment="public",
        seats=(seat("Microsoft 365 Business Standard", 18, 5400),), bills=(Bill(due=-21, open=400),), live=True,
    ),
    Client(
        name="Vega Logistics UAB", domain="vegalogistics.example", tax_id="LT100001919017", locale="en-GB", zone="Europe/Vilnius",
        country="LT", currency="EUR", vat=21, contacts=(("Tomas Vega", "ap@vegalogistics.example"),),
        seats=(seat("Microsoft 365 E5", 22, 5770, term="P3Y", ends_in=700),), bills=(Bill(due=-30, open=0, months_ago=2), Bill(due=0)),
    ),
    Client(
        name="Ostrowski Transport", domain="ostrowski.example", tax_id="6182141223", locale="pl-PL", zone="Europe/Warsaw", country="PL",
        currency="PLN", vat=23, contacts=(("Adam Ostrowski", "adam@ostrowski.example"),), live=True,
        seats=(seat("Microsoft 365 Business Basic", 7, 2500, term="P1M", ends_in=6),),
        bills=(Bill(due=-61, months_ago=3), Bill(due=-31, months_ago=2), Bill(due=-1)), notices=(("reminder", 50), ("final", 20)),
    ),
    Client(
        name="Quill & Page Bookshop", domain="quillandpage.example", tax_id="IE6388047V", locale="en-IE", zone="Europe/Dublin",
        country="IE", currency="EUR", vat=23, contacts=(("Nora Quill", "nora@quillandpage.example"),), linked=False,
        seats=(seat("Microsoft 365 Apps for business", 4, 1180),), bills=(Bill(due=-5),),
    ),
)  # fmt: skip

# Tickets that wait in the ticketing system when the demo starts: (sender, subject, text).
TICKETS = (
    (
        "faktury@nowak.example",
        "Dlaczego faktura za ostatni miesiąc jest wyższa?",
        "Dzień dobry, faktura jest o kilkaset złotych wyższa niż poprzednia, a nic nie zamawialiśmy. Proszę o wyjaśnienie. Teresa Nowak",
    ),
    (
        "accounts@harbourfinch.example",
        "Can we still cancel five seats?",
        "Five colleagues left. Can we reduce our Microsoft 365 E3 seats now, until when, and what would come back? Imogen",
    ),
    (
        "voss@lindner.example",
        "Rechnung bereits bezahlt?",
        "We believe one of the two invoices was paid last week. Why did we get a reminder? Petra Voss",
    ),
    ("someone@elsewhere.example", "Invoice copy please", "Please send a PDF of our last invoice with the new address. Thank you."),
    ("it@harbourfinch.example", "Printer on floor 2 jams", "The printer by the kitchen jams again."),
)
