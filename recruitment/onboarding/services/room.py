"""The word that room appeared: whoever waits for it is looked at as soon as the transaction that freed it is through."""

from recruitment.shared.nudges import nudge_after_commit


def look_for_room_after_commit() -> None:
    nudge_after_commit("recruitment.onboarding.tasks.look_after_acceptances")
