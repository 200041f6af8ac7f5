"""What the protocols share: operations, calls and errors."""

from dataclasses import dataclass, field
from typing import Any

from .clock import from_text


class ApiError(Exception):
    """An answer other than success.

    :param status: HTTP status
    :param code: error code of the protocol
    """

    def __init__(self, status, code, message, details=""):
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details


def bad_input(message):
    """Return the error of a request that breaks a rule of the model."""
    return ApiError(400, "InvalidInput", message)


@dataclass(frozen=True)
class Operation:
    """One operation of an API.

    :param name: unique here; the name in books, limits and fault filters
    :param rate: requests per second that the model grants, with ``burst``
    :param access: ``seller`` (token of a seller), ``grantless`` (token of the application), ``open`` (none: pages and
        tokens)
    """

    name: str
    method: str
    path: str
    handler: Any
    rate: float
    burst: int
    access: str = "seller"


@dataclass
class Call:
    """One request on its way to a handler.

    :param operation: ``None`` for an address that no operation has
    :param region: account or outlet that the token belongs to, ``None`` for grantless calls
    :param resources: restricted resources of the token: list of ``{path, dataElements}``
    :param name: the operation's name in books, limits and faults, where it is not that of ``operation``
    :param claims: what else the token says
    """

    request: Any
    site: Any
    operation: Operation
    path: dict
    region: Any = None
    resources: list = field(default_factory=list)
    name: str = ""
    claims: dict = field(default_factory=dict)

    @property
    def world(self):
        """The simulated world."""
        return self.site.world

    @property
    def store(self):
        """Its state."""
        return self.site.world.store

    def text(self, name, default=None):
        """Return a query parameter."""
        return self.request.args.get(name, default)

    def texts(self, name, allowed=None, most=None):
        """Return a comma-separated query parameter as a list.

        :raise ApiError: 400 if a value is not allowed or there are too many
        """
        values = [part for value in self.request.args.getlist(name) for part in value.split(",") if part]
        if most and len(values) > most:
            raise bad_input(f"{name} takes at most {most} values.")
        for value in values:
            if allowed and value not in allowed:
                raise bad_input(f"Invalid value '{value}' for {name}.")
        return values

    def number(self, name, default, low, high):
        """Return a whole number out of the query.

        :raise ApiError: 400 if it is none or out of range
        """
        value = self.request.args.get(name)
        if value is None:
            return default
        if not value.isdigit() or not low <= int(value) <= high:
            raise bad_input(f"{name} must be between {low} and {high}.")
        return int(value)

    def moment(self, name):
        """Return a time out of the query, or ``None``.

        :raise ApiError: 400 if it is no ISO 8601 time
        """
        value = self.request.args.get(name)
        if value is None:
            return None
        try:
            return from_text(value)
        except ValueError as error:
            raise bad_input(f"{name} must be an ISO 8601 date and time.") from error

    def body(self):
        """Return the JSON object of the body.

        :raise ApiError: 400 if there is none
        """
        data = self.request.get_json(silent=True)
        if not isinstance(data, dict):
            raise bad_input("The request body is not a JSON object.")
        return data


@dataclass(frozen=True)
class Answer:
    """A handler's answer where it is more than 200 and a JSON body.

    :param body: JSON value, or bytes of ``content_type``
    """

    status: int
    body: Any = None
    headers: dict = field(default_factory=dict)
    content_type: str = "application/json"
