"""TCX: activities, laps, courses, workouts."""

from gateway import formats
from gateway.formats.tcx.reader import MAX_LAPS, MAX_SESSIONS
from gateway.model import Kind, Summary


def read(*inside: str) -> Summary:
    return formats.read(f"<TrainingCenterDatabase>{''.join(inside)}</TrainingCenterDatabase>".encode())


def activity(*laps: str, sport: str = "Running") -> str:
    return f'<Activities><Activity Sport="{sport}"><Id>2024-05-01T10:00:00Z</Id>{"".join(laps)}</Activity></Activities>'


def lap(inside: str = "", start: str = "2024-05-01T10:00:00Z") -> str:
    return f'<Lap StartTime="{start}">{inside}</Lap>'


def heart(element: str, value: object) -> str:
    return f"<{element}><Value>{value}</Value></{element}>"


def point(time: str, inside: str = "", lat: float = 46) -> str:
    place = f"<Position><LatitudeDegrees>{lat}</LatitudeDegrees><LongitudeDegrees>14</LongitudeDegrees></Position>"
    return f"<Trackpoint><Time>{time}</Time>{place}{inside}</Trackpoint>"


def test_laps_are_weighted_by_their_time() -> None:
    summary = read(
        activity(
            lap("<TotalTimeSeconds>300</TotalTimeSeconds>" + heart("AverageHeartRateBpm", 100)),
            lap("<TotalTimeSeconds>100</TotalTimeSeconds>" + heart("AverageHeartRateBpm", 140)),
        )
    )
    assert (summary.avg_hr, summary.timer, summary.elapsed) == (110, 400, 400)
    assert [found.avg_hr for found in summary.laps] == [100, 140]


def test_points_speak_where_laps_do_not() -> None:
    points = point("2024-05-01T10:00:00Z", heart("HeartRateBpm", 100)) + point(
        "2024-05-01T10:00:30Z", heart("HeartRateBpm", 120) + "<Cadence>90</Cadence>", 46.001
    )
    summary = read(activity(lap(f"<Track>{points}</Track>")))
    assert (summary.avg_hr, summary.max_hr, summary.avg_cadence) == (110, 120, 90)
    assert (summary.timer, summary.elapsed, summary.records) == (30, 30, 2)
    assert round(summary.distance or 0) == 111


def test_a_pause_is_elapsed_but_no_timer() -> None:
    first = point("2024-05-01T10:00:00Z") + point("2024-05-01T10:00:10Z")
    second = point("2024-05-01T10:01:00Z") + point("2024-05-01T10:01:10Z")
    summary = read(activity(lap(f"<Track>{first}</Track><Track>{second}</Track>")))
    assert (summary.timer, summary.elapsed) == (20, 70)


def test_a_new_lap_is_no_pause() -> None:
    one = f"<Track>{point('2024-05-01T10:00:00Z')}</Track>"
    two = f"<Track>{point('2024-05-01T10:00:10Z', lat=46.001)}</Track>"
    summary = read(activity(lap(one), lap(two)))
    assert (summary.timer, round(summary.distance or 0)) == (10, 111)


def test_extensions() -> None:
    running = "<Extensions><x:TPX><x:RunCadence>85</x:RunCadence><x:Watts>250</x:Watts></x:TPX></Extensions>"
    laps = "<Extensions><LX><MaxWatts>400</MaxWatts><AvgRunCadence>80</AvgRunCadence></LX></Extensions>"
    summary = read(activity(lap(f"<Track>{point('2024-05-01T10:00:00Z', running)}</Track>{laps}")))
    assert (summary.avg_cadence, summary.max_cadence, summary.avg_power, summary.max_power) == (80, 85, 250, 400)


def test_sports() -> None:
    assert [read(activity(lap(), sport=word)).sport for word in ("Biking", "Other", "")] == ["cycling", "generic", None]


def test_kinds_in_order() -> None:
    course = "<Courses><Course><Name>C</Name></Course></Courses>"
    workout = '<Workouts><Workout Sport="Biking"><Name>W</Name></Workout></Workouts>'
    folders = "<Folders><Workouts><Running Name='x'/></Workouts><Courses><CourseFolder Name='y'/></Courses></Folders>"
    assert read(workout, course, activity(lap())).kind is Kind.ACTIVITY
    assert (read(workout, course).kind, read(workout, course).name) == (Kind.COURSE, "C")
    assert (read(workout).kind, read(workout).sport, read(workout).name) == (Kind.WORKOUT, "cycling", "W")
    assert read(folders).kind is Kind.OTHER


def test_two_recordings_in_one_file() -> None:
    later = activity(lap("<TotalTimeSeconds>50</TotalTimeSeconds>")).replace("2024", "2026")
    summary = read(activity(lap("<TotalTimeSeconds>100</TotalTimeSeconds>")), later)
    assert (summary.sport, summary.elapsed, len(summary.sessions)) == ("running", 150, 2)
    assert summary.warnings == ("2 recordings in one file",)


def test_a_course_has_no_times() -> None:
    points = point("2024-05-01T10:00:00Z") + point("2024-05-01T10:00:30Z", lat=46.001)
    planned = "<Lap><TotalTimeSeconds>9</TotalTimeSeconds><DistanceMeters>120</DistanceMeters></Lap>"
    summary = read(f"<Courses><Course>{planned}<Track>{points}</Track></Course></Courses>")
    assert (summary.start, summary.elapsed, summary.timer, summary.distance) == (None, None, None, 120)
    assert summary.bbox == (46, 14, 46.001, 14)


def test_half_a_position_is_none() -> None:
    half = "<Trackpoint><Position><LatitudeDegrees>46</LatitudeDegrees></Position></Trackpoint>"
    other = "<Trackpoint><Position><LongitudeDegrees>14</LongitudeDegrees></Position></Trackpoint>"
    assert read(activity(lap(f"<Track>{half}{other}</Track>"))).bbox is None


def test_odd_numbers_are_left_out() -> None:
    for value in ("nan", "inf", "-5", "1e300", "x"):
        summary = read(
            activity(
                lap(
                    f"<TotalTimeSeconds>{value}</TotalTimeSeconds><DistanceMeters>{value}</DistanceMeters>"
                    f"<Calories>{value}</Calories>{heart('MaximumHeartRateBpm', value)}"
                )
            )
        )
        assert (summary.timer, summary.distance, summary.calories, summary.max_hr) == (None, None, None, None)


def test_the_device() -> None:
    creator = (
        "<Creator><Name>Edge</Name><UnitId>3900000000</UnitId><Version><VersionMajor>2</VersionMajor>"
        "<VersionMinor>50</VersionMinor></Version></Creator>"
    )
    author = "<Author><Name>Connect</Name><Version><VersionMajor>9</VersionMajor></Version></Author>"
    device = read(activity(lap(), creator), author).device
    assert device is not None
    assert (device.product, device.serial, device.software) == ("Edge", 3_900_000_000, "2.50")


def test_the_program_that_wrote_it_is_no_device() -> None:
    version = "<Version><VersionMajor>9</VersionMajor><VersionMinor>1</VersionMinor></Version>"
    assert read(activity(lap()), f"<Author><Name>Connect</Name>{version}</Author>").device is None


def test_limits() -> None:
    assert len(read(activity(*[lap()] * (MAX_LAPS + 1))).laps) == MAX_LAPS
    many = read(*[activity()] * (MAX_SESSIONS + 1))
    assert len(many.sessions) == MAX_SESSIONS
    assert "more activities or laps than the index keeps" in many.warnings


def test_a_course_point_belongs_to_the_sample_of_its_time() -> None:
    place = "<Position><LatitudeDegrees>46</LatitudeDegrees><LongitudeDegrees>14</LongitudeDegrees></Position>"
    points = [f"<CoursePoint><Time>2024-05-01T10:00:0{at}Z</Time>{place}</CoursePoint>" for at in (2, 9)]
    track = "".join(point(f"2024-05-01T10:00:0{at}Z") for at in range(4))
    course = f"<Courses><Course><Track>{track}</Track>{''.join(points)}</Course></Courses>"
    data = f"<TrainingCenterDatabase>{course}</TrainingCenterDatabase>".encode()
    assert [found.index for found in formats.read_track(data).waypoints] == [2, None]


def test_digits_are_ascii() -> None:
    odd = lap("<DistanceMeters>1_0</DistanceMeters><Calories>\u0663</Calories>")
    summary = read(activity(odd))
    assert (summary.distance, summary.calories) == (None, None)
