"""A token for a mail server of Microsoft 365, which takes no passwords any more: the client credentials of a registered application.

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from urllib.parse import quote

import httpx

LOGIN = "https://login.microsoftonline.com"
SCOPE = "https://outlook.office365.com/.default"
TIMEOUT = 10.0  # seconds


class NoToken(Exception):
    """The login gave no token; the text says why, without a secret."""


def access_token(login: str, tenant: str, client: str, secret: str) -> str:
    """A token for the application itself. Asked for anew at each call: letters are few, and a right that was taken back counts at once.

    Raises NoToken.
    """
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": SCOPE}
    try:
        answer = httpx.post(f"{login}/{quote(tenant, safe='')}/oauth2/v2.0/token", data=form, timeout=TIMEOUT, follow_redirects=False)
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise NoToken(f"Microsoft's login did not answer ({type(error).__name__})") from None
    if not isinstance(found, dict) or not answer.is_success or not isinstance(found.get("access_token"), str):
        raise NoToken(f"Microsoft's login gave no token: {_code(found)}")
    return str(found["access_token"])


def xoauth2(user: str, token: str) -> str:
    """How a server is told of it, before base64 (the page above, "SASL XOAUTH2")."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _code(found: object) -> str:
    """The login's code; its description may name people."""
    told = str(found.get("error_description", "")) if isinstance(found, dict) else ""
    return told.split(":", 1)[0][:20] if told.startswith("AADSTS") else "no reason given"
