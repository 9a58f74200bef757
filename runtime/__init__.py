"""What runs beside the web process: PostgreSQL, Valkey, Celery; started, watched and stopped by `make run`."""
