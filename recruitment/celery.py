"""The Celery application: queue `search` has exactly one writer of the embedded index, `default` takes the rest."""

import logging
import os

import redis
from celery import Celery
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown

from recruitment.shared import worker_signs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")

log = logging.getLogger(__name__)
app = Celery("recruitment")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task
def prove_queue(queue: str) -> None:
    """Leave the sign by which /readyz knows that this queue's tasks are run."""
    worker_signs.queue_was_served(queue)


@app.on_after_finalize.connect
def prove_queues_regularly(sender: Celery, **_) -> None:
    for queue in worker_signs.QUEUES:
        every = worker_signs.PROBE_SECONDS
        sender.add_periodic_task(every, prove_queue.s(queue), name=f"prove {queue}", queue=queue, expires=every)


@worker_ready.connect
def prove_queues_now(**_) -> None:
    for queue in worker_signs.QUEUES:
        prove_queue.apply_async([queue], queue=queue, expires=worker_signs.PROBE_SECONDS)


@heartbeat_sent.connect
def report(**_) -> None:
    try:
        worker_signs.worker_is_up()
    except redis.RedisError as error:  # the worker reconnects by itself; until then /readyz rightly misses it
        log.warning("The worker could not report to the broker: %s", error)


@worker_shutdown.connect
def take_leave(**_) -> None:
    try:
        worker_signs.worker_has_gone()
    except redis.RedisError as error:
        log.warning("The worker could not take its leave from the broker: %s", error)
