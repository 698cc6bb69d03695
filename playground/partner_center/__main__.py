"""`python -m playground.partner_center --port 8090`: a Partner Center to point PARTNER_CENTER_URL and _LOGIN_URL at."""

import argparse

from playground.partner_center.fixtures import KINDS
from playground.partner_center.server import PartnerCenter
from playground.serving import announce, stop_signal


def main() -> None:
    """Serve until stopped; with `--sample`, one customer with a subscription of each kind."""
    asked = argparse.ArgumentParser(prog="python -m playground.partner_center", description=__doc__)
    asked.add_argument("--port", type=int, default=8090)
    asked.add_argument("--tenant", default="partner-tenant")
    asked.add_argument("--client-id", default="app-pc")
    asked.add_argument("--client-secret", default="pc-secret")
    asked.add_argument("--sample", action="store_true", help="begin with one customer and a subscription of each kind")
    asked.add_argument("--per-minute", type=int, default=500, help="calls a minute before it answers 429, as Microsoft does")
    options = asked.parse_args()
    local = PartnerCenter(options.tenant, options.client_id, options.client_secret)
    local.per_minute = options.per_minute
    if options.sample:
        sample(local)
    stopped = stop_signal()
    local.start(options.port)
    announce(f"Partner Center and its login listen on {local.url}; the ledger is at {local.url}/_stand-in/ledger")
    stopped.wait()
    local.stop()


def sample(local: PartnerCenter) -> str:
    """One customer with a subscription of each kind; returns its id."""
    customer = local.add_customer("Contoso Sp. z o.o.")
    first = local.add_subscription(customer)
    for kind in KINDS[1:]:
        parent = {"parentSubscriptionId": first} if kind == "addon" else {}
        local.add_subscription(customer, kind, entitlements=int(kind == "azure_plan"), **parent)
    return customer


if __name__ == "__main__":
    main()
