"""The way from home to the factory's gate: routes and their state, trips and seats, entry passes, checkpoints."""

from recruitment.travel.models.crossings import Checkpoint, Crossing
from recruitment.travel.models.passes import EntryPass, PassKey
from recruitment.travel.models.routes import PickUpPoint, Route, RouteRule, RouteState
from recruitment.travel.models.trips import Seat, Trip

__all__ = ["Checkpoint", "Crossing", "EntryPass", "PassKey", "PickUpPoint", "Route", "RouteRule", "RouteState", "Seat", "Trip"]
