"""Distances over the ground between two points on the map: pure."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres along the great circle (haversine) between two points in degrees; roads are longer."""
    north, other_north = radians(latitude), radians(other_latitude)
    half_height = sin((other_north - north) / 2) ** 2
    half_width = sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half_height + cos(north) * cos(other_north) * half_width)))
