"""What the tests stand on: databases, a strict Django, threads that race."""
