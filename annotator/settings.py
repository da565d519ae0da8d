"""Every setting: one name, one default, one line of documentation, one environment variable `ANNOTATOR_*`.

Nothing is read at import: `Settings()` is made by whoever starts the service or a command, and handed on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All settings, from the environment or as given. They do not change while a process runs."""

    model_config = SettingsConfigDict(env_prefix="ANNOTATOR_", frozen=True)

    home: Path = Field(Path(".annotator"), description="Folder of the embedded database, logs and secrets.")
    host: str = Field("127.0.0.1", description="Address the pages listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the pages.")
    database_url: str = Field("", description="Database; empty means SQLite inside the home folder.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$",
        description="Where people reach the pages, such as https://annotate.example.org: links begin with it, other hosts are refused.",
    )
    proxies: str = Field(
        "", description="Addresses of the reverse proxies whose X-Forwarded headers are believed, with commas between."
    )
    secure_cookies: bool = Field(False, description="Send cookies over HTTPS only; set it behind a TLS proxy.")
    studio: bool = Field(True, description="Mirror to a Label Studio server.")
    studio_url: str = Field("", description="A Label Studio server of your own; empty means the embedded one.")
    studio_token: SecretStr = Field(SecretStr(""), description="API token of your own Label Studio server.")
    studio_port: int = Field(
        0, ge=0, le=65535, description="Port of the embedded Label Studio; 0 takes the port after ours."
    )
    guideline: str = Field("postings", description="Guideline folder that a new project uses.")
    guideline_version: str = Field("", description="Version of the guideline; empty means the newest.")
    overlap: int = Field(3, ge=1, le=50, description="People who label each item, at the least.")
    max_overlap: int = Field(
        0,
        ge=0,
        le=50,
        description="People who label an item at the most, while its rating is uncertain; 0 means no more than the overlap.",
    )
    risk_threshold: float = Field(
        0.02,
        gt=0,
        lt=1,
        description="An item is done when the chance that its most probable rating is wrong is at most this.",
    )
    audit_share: float = Field(
        0.1, ge=0, le=1, description="Share of items, and of what is handed out, that is left to chance as a yardstick."
    )
    features: Literal["words", "embeddings"] = Field(
        "words",
        description="What the classifier reads: words and parts of words, or sentence embeddings (extra `embeddings`).",
    )
    retrain_every: int = Field(100, ge=1, description="Answers after which the classifier is trained again.")
    lease_seconds: int = Field(
        1800,
        ge=1,
        description="How long a volunteer may hold an item, in seconds, where the limits of exposure leave so long.",
    )
    control_rate: float = Field(
        0.1, ge=0, le=0.5, description="Share of items that are control items, for a new project; 0 is none at all."
    )
    control_first: int = Field(
        5, ge=0, le=50, description="First items of everybody, all control items, for a new project."
    )
    session_hours: int = Field(12, ge=1, description="How long a sign-in lasts, in hours.")
    invitation_hours: int = Field(72, ge=1, description="How long an invitation link works, in hours.")
    order_seed: int = Field(20_260_101, description="Seed of the random order in which items are dispensed.")
    sign_in_attempts: int = Field(
        10, ge=1, description="Failed sign-ins allowed for one address in a quarter of an hour."
    )
    second_factor_duty: bool = Field(
        False, description="Coordinators and admins have to set a second factor up before anything else opens."
    )
    second_factor_key_file: Path | None = Field(
        None,
        description="File of the key that seals second factors in the database; empty means second-factor.key in the home folder.",
    )
    oidc_issuer: str = Field("", description="Issuer of an OpenID provider to sign in with; empty means none.")
    oidc_client_id: str = Field("", description="Our name at the OpenID provider.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Our secret at the OpenID provider, if it gave one."
    )
    oidc_name: str = Field("your organisation", description="What the OpenID provider is called on the sign-in page.")
    quarantine_key: SecretStr = Field(
        SecretStr(""), description="Key of the vault for texts that the gate holds back; empty means they are not kept."
    )
    api_calls_per_minute: int = Field(
        600,
        ge=1,
        description="Calls of the API that one token may make in a minute, by each process that serves pages.",
    )
    webhooks_private: bool = Field(
        False,
        description="Let webhooks go to private and loopback addresses, to this machine by plain HTTP; for trying them out.",
    )
    dask_scheduler: str = Field(
        "",
        pattern=r"^((tcp|tls)://[A-Za-z0-9.:\[\]-]+)?$",
        description="Dask scheduler that heavy work is given to, such as tcp://10.0.0.5:8786; empty means this machine.",
    )
    sweep_seconds: int = Field(
        30, ge=1, description="Pause between two sweeps for changes made in Label Studio, in seconds."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics to Prometheus; empty means there is no such page."
    )
    looser_limits: bool = Field(
        False, description="Let a project's limits of exposure be looser than the precautionary ones; not for people."
    )

    @property
    def address(self) -> str:
        """Where people reach the pages: as they are told, or else where the pages listen."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def oidc_name_if_any(self) -> str:
        """What the OpenID provider is called; empty where there is none."""
        return self.oidc_name if self.oidc_issuer else ""

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'annotator.sqlite3').absolute()}"

    @property
    def embedded_studio_url(self) -> str:
        """Where the embedded Label Studio server listens."""
        return f"http://127.0.0.1:{self.studio_port or self.port + 1}"
