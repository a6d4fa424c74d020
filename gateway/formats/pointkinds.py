"""What a way-point is: one vocabulary for course points, the names of FIT's ``course_point`` type."""

from typing import Final

POINT_KINDS: Final = frozenset({
    "generic", "summit", "valley", "water", "food", "danger", "left", "right", "straight", "first_aid",
    "fourth_category", "third_category", "second_category", "first_category", "hors_category", "sprint", "left_fork",
    "right_fork", "middle_fork", "slight_left", "sharp_left", "slight_right", "sharp_right", "u_turn",
    "segment_start", "segment_end", "campsite", "aid_station", "rest_area", "general_distance", "service",
    "energy_gel", "sports_drink", "mile_marker", "checkpoint", "shelter", "meeting_spot", "overlook", "toilet",
    "shower", "gear", "sharp_curve", "steep_incline", "tunnel", "bridge", "obstacle", "crossing", "store",
    "transition", "navaid", "transport", "alert", "info",
})  # fmt: skip

_OTHER_WORDS: Final = {
    # TCX, and symbols of Garmin's devices
    "1st_category": "first_category",
    "2nd_category": "second_category",
    "3rd_category": "third_category",
    "4th_category": "fourth_category",
    "campground": "campsite",
    "drinking_water": "water",
    "restaurant": "food",
    "restroom": "toilet",
    "danger_area": "danger",
}


def point_kind(word: str | None) -> str | None:
    """Return the kind that a GPX symbol or a TCX point type names, ``None`` when it names none."""
    folded = "_".join((word or "").lower().replace("-", " ").split())
    return folded if folded in POINT_KINDS else _OTHER_WORDS.get(folded)
