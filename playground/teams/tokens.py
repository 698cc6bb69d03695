"""The login side: signing keys with endorsements, tokens towards the bot, and the bot's own tokens."""

import secrets
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://api.botframework.com"


class Login:
    """Signs what the Connector sends, and issues the bot's tokens."""

    def __init__(self) -> None:
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self.newest = ""
        self.issued: set[str] = set()
        self.issued_for_graph: set[str] = set()
        self.roll()

    def roll(self) -> str:
        """Add a signing key and sign with it from now on; returns its id."""
        self.newest = f"key-{secrets.token_hex(4)}"
        self._keys[self.newest] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return self.newest

    def jwks(self) -> dict[str, Any]:
        """The public keys, each endorsed for Teams."""
        keys = []
        for kid, key in self._keys.items():
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            keys.append(public | {"kid": kid, "use": "sig", "endorsements": ["msteams"]})
        return {"keys": keys}

    def sign(self, app_id: str, service_url: str, *, kid: str = "", **claims: Any) -> str:
        """A token such as the Connector sends; `claims` replace the usual ones, None leaves one out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": app_id, "serviceurl": service_url, "nbf": now - 5, "exp": now + 3600}
        payload = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        name = kid or self.newest
        return jwt.encode(payload, self._keys[name], algorithm="RS256", headers={"kid": name})

    def forge(self, app_id: str, service_url: str) -> str:
        """A token under a known key's name that the key did not sign."""
        now = int(time.time())
        payload = {"iss": ISSUER, "aud": app_id, "serviceurl": service_url, "nbf": now - 5, "exp": now + 3600}
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return jwt.encode(payload, stranger, algorithm="RS256", headers={"kid": self.newest})

    def issue(self, *, for_graph: bool = False) -> str:
        """A token for the bot's own calls to the Connector, or to Graph: neither takes the other's."""
        token = secrets.token_urlsafe(24)
        (self.issued_for_graph if for_graph else self.issued).add(token)
        return token
