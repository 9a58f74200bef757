"""Quarantine sites with their rooms, their ledger of nights, backup reservations, stays, and the journal of every change."""

from recruitment.quarantine.models.api import CapacityRequest
from recruitment.quarantine.models.arrivals import ArrivalCode, ArrivalPolicy, NoShow
from recruitment.quarantine.models.backup import BackupPool, BackupReservation, PoolMembership, ReservationNight
from recruitment.quarantine.models.dormitories import DormitoryRequest
from recruitment.quarantine.models.figures import FigureUpdate, KindFigures
from recruitment.quarantine.models.incidents import SiteIncident, SiteIncidentPerson
from recruitment.quarantine.models.outbreaks import Outbreak, OutbreakEvent, OutbreakPerson
from recruitment.quarantine.models.papers import CompletionPaper, EarlyLeaving, StayTest, SymptomReport
from recruitment.quarantine.models.policies import BackupPolicy, OutbreakRisk, WaitingPolicy
from recruitment.quarantine.models.rooms import Bed, BedAssignment, Room, RoomChange, RoomKind
from recruitment.quarantine.models.sites import Site, SiteNight
from recruitment.quarantine.models.stays import DateRange, JournalEntry, Stay
from recruitment.quarantine.models.transfers import Transfer
from recruitment.quarantine.models.waiting import FreedBeds, WaitingRequest

__all__ = [
    "ArrivalCode",
    "ArrivalPolicy",
    "BackupPolicy",
    "BackupPool",
    "BackupReservation",
    "Bed",
    "BedAssignment",
    "CapacityRequest",
    "CompletionPaper",
    "DateRange",
    "DormitoryRequest",
    "EarlyLeaving",
    "FigureUpdate",
    "FreedBeds",
    "JournalEntry",
    "KindFigures",
    "NoShow",
    "Outbreak",
    "OutbreakEvent",
    "OutbreakPerson",
    "OutbreakRisk",
    "PoolMembership",
    "ReservationNight",
    "Room",
    "RoomChange",
    "RoomKind",
    "Site",
    "SiteIncident",
    "SiteIncidentPerson",
    "SiteNight",
    "Stay",
    "StayTest",
    "SymptomReport",
    "Transfer",
    "WaitingPolicy",
    "WaitingRequest",
]
