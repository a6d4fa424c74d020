"""From totals to the summary that the index keeps."""

from gateway.formats.geo import Box
from gateway.model import Device, FileType, Kind, Session, Summary


def summary_of(
    file_type: FileType,
    kind: Kind,
    total: Session,
    *,
    subtype: str | None = None,
    name: str | None = None,
    sessions: tuple[Session, ...] = (),
    laps: tuple[Session, ...] = (),
    records: int = 0,
    device: Device | None = None,
    bbox: Box | None = None,
    polyline: str | None = None,
    warnings: tuple[str, ...] = (),
) -> Summary:
    """Build a summary with the totals of all sessions.

    Only an activity has happened: a course or workout keeps what it plans (distance, climb) without times.
    """
    done = kind is Kind.ACTIVITY
    return Summary(
        type=file_type,
        kind=kind,
        subtype=subtype,
        name=name,
        sport=total.sport,
        sub_sport=total.sub_sport,
        start=total.start if done else None,
        elapsed=total.elapsed if done else None,
        timer=total.timer if done else None,
        moving=total.moving if done else None,
        distance=total.distance,
        ascent=total.ascent,
        descent=total.descent,
        avg_hr=total.avg_hr,
        max_hr=total.max_hr,
        avg_power=total.avg_power,
        max_power=total.max_power,
        avg_cadence=total.avg_cadence,
        max_cadence=total.max_cadence,
        calories=total.calories,
        sessions=sessions,
        laps=laps,
        records=records,
        device=device,
        bbox=bbox,
        polyline=polyline,
        warnings=warnings,
    )
