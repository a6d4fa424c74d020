"""One vocabulary for sports: the lower-case names of Garmin's FIT profile."""

from gateway.formats.naming import clean_name

_FIT_NAMES = {
    # what Strava, Garmin Connect, OpenTracks, OsmAnd and TCX write, folded to letters, digits and "_"
    "1": ("cycling", None),  # numbers: Strava's GPX exports, of which only 9 is confirmed
    "4": ("hiking", None),
    "9": ("running", None),
    "10": ("walking", None),
    "16": ("swimming", None),
    "biking": ("cycling", None),
    "bike": ("cycling", None),
    "cycle": ("cycling", None),
    "ride": ("cycling", None),
    "road_biking": ("cycling", "road"),
    "road_cycling": ("cycling", "road"),
    "mountain_biking": ("cycling", "mountain"),
    "gravel_cycling": ("cycling", "gravel_cycling"),
    "indoor_cycling": ("cycling", "indoor_cycling"),
    "virtual_ride": ("cycling", "virtual_activity"),
    "e_bike_ride": ("e_biking", None),
    "run": ("running", None),
    "jogging": ("running", None),
    "trail_run": ("running", "trail"),
    "trail_running": ("running", "trail"),
    "treadmill_running": ("running", "treadmill"),
    "walk": ("walking", None),
    "hike": ("hiking", None),
    "trekking": ("hiking", None),
    "swim": ("swimming", None),
    "lap_swimming": ("swimming", "lap_swimming"),
    "open_water_swimming": ("swimming", "open_water"),
    "row": ("rowing", None),
    "kayak": ("kayaking", None),
    "nordic_ski": ("cross_country_skiing", None),
    "skiing": ("alpine_skiing", None),
    "skate": ("inline_skating", None),
    "stand_up_paddling": ("stand_up_paddleboarding", None),
    "multi_sport": ("multisport", None),
    "other": ("generic", None),
}


def fit_sport(word: str | None) -> tuple[str | None, str | None]:
    """Return (sport, sub-sport) in FIT's words for what a GPX ``type`` or a TCX ``Sport`` says.

    A word that nobody knows stays as it is, in lower case.
    """
    shown = clean_name(word)
    if shown is None:
        return None, None
    key = "_".join(shown.lower().replace("-", " ").split())
    return _FIT_NAMES.get(key, (key if key.replace("_", "").isalnum() else shown.lower(), None))
