"""Fields that several requests share, with their bounds; and from where somebody asks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from qianbao.api.site import FORWARDED, LOOPBACK
from qianbao.credentials.throttle import Place
from qianbao.ids import Id

_LINE = r"^[^\x00-\x1f\x7f]+$"

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=_LINE)]
"""A name of a person, shop, store, device or key."""
Login = Annotated[str, Field(min_length=3, max_length=64, pattern=_LINE, examples=["wangji"])]
Password = Annotated[
    str, Field(min_length=1, max_length=128, description="At least 8 characters where it is set")
]
Pin = Annotated[str, Field(pattern="^[0-9]{6}$", description="Six digits")]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
Phone = Annotated[
    str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164", examples=["+8613800138000"])
]
Mcc = Annotated[str, Field(pattern="^[0-9]{4}$", description="ISO 18245", examples=["5812"])]
Handle = Annotated[str, Field(min_length=3, max_length=20, examples=["linyue"])]
AccountNumber = Annotated[str, Field(pattern="^[1-9][0-9]{4,10}$", examples=["10001"])]
TillName = Annotated[str, Field(min_length=1, max_length=32, pattern=_LINE, examples=["1"])]
BankAccount = Annotated[
    str, Field(min_length=8, max_length=34, pattern="^[A-Za-z0-9]+$", description="Number or IBAN")
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees, WGS 84")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees, WGS 84")]


class Body(BaseModel):
    """A request's body: unknown members are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class DeviceBody(Body):
    """A body that says on which device somebody signs in."""

    device: Id | None = Field(default=None, description="The device of an earlier session, to be known again")
    device_name: Name = "A device"


def address_of(request: Request) -> str:
    """The peer's address."""
    return request.client.host if request.client else "unknown"


def place_of(request: Request, device: DeviceBody) -> Place:
    """From where somebody signs in. A peer with the server's own address is this machine (`up --lan` serves
    there alone); a request that was forwarded is not."""
    address = address_of(request)
    here = (*LOOPBACK, (request.scope.get("server") or ("",))[0])
    own = address in here and not any(name in request.headers for name in FORWARDED)
    return Place(address=address, loopback=own, device=device.device, device_name=device.device_name)
