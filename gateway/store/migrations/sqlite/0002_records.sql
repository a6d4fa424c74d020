-- What a watch sends besides files, which activities are the same, and files in other formats or simplified.

alter table projects add column newest integer not null default 0;  -- the latest moment in its journal
update projects set newest = coalesce((select max(server_time) from journal where project = projects.id), 0);

create table records (                          -- small facts that a watch can read although it cannot read its files
    id       text primary key,
    project  text not null references projects,
    device   text not null,
    type     text not null,                     -- act, day, hr, stress, spo2, bb, alt, temp, batt
    time     integer not null,                  -- what it is about: start, or midnight where the watch was
    day      integer,                           -- of a 'day' only: days since 1970
    digest   blob not null,                     -- SHA-256 of the body
    received integer not null,
    body     text not null                      -- JSON as it was checked
) strict;
create unique index records_content on records (device, digest);
create unique index records_day on records (device, day) where day is not null;
create index records_time on records (project, type, time);

create table recordings (                       -- what tells of a workout: the head of an activity file, a watch's summary
    source   text primary key,                  -- id of the file or record
    project  text not null references projects,
    activity text,                              -- one id for all that tell of the same workout; null: not compared yet
    start    integer,
    elapsed  real,
    timer    real,
    distance real,
    sport    text,
    type     text,                              -- fit, gpx, tcx, act
    device   text                               -- that sent it; null: another way
) strict, without rowid;
create index recordings_facts on recordings (project, start, elapsed, timer, distance, sport, type, device);
create index recordings_activity on recordings (activity);
insert into recordings
    select a.file, a.project, null, a.start, a.elapsed, json_extract(v.summary, '$.timer'), a.distance, a.sport, f.type,
           a.device
    from activities a join files f on f.id = a.file and f.deleted is null
    join versions v on v.file = f.id and v.n = f.head;

create table tracks (                           -- unfinished ones; they outlive their token, and are written in the end
    token     blob not null,
    nonce     text not null,
    device    text not null references devices on delete cascade,
    start     integer not null,
    sport     integer,                          -- numbers of the FIT profile
    sub_sport integer,
    columns   text not null,                    -- JSON list
    have      integer not null,                 -- rows
    updated   integer not null,
    primary key (token, nonce)
) strict, without rowid;
create index tracks_updated on tracks (updated);

create table track_rows (
    token blob not null,
    nonce text not null,
    off   integer not null,                     -- rows before these
    body  blob not null,                        -- 32-bit little-endian integers, row by row
    primary key (token, nonce, off),
    foreign key (token, nonce) references tracks on delete cascade
) strict;

create table conversions (                      -- contents in another format, or simplified
    id      integer primary key autoincrement,  -- never given twice: the largest tells whether one has come
    source  blob not null,                      -- SHA-256 of the content
    target  text not null,                      -- gpx, tcx, activity (FIT), course (FIT)
    points  integer not null,                   -- at most so many were asked for; 0: as many as fit
    cap     integer not null,                   -- bytes that it had to fit in
    made    integer not null,
    used    integer not null,                   -- to the day
    crc32   integer,
    size    integer,
    failure text,                               -- why there is none: JSON of word, offset and sentence
    body    blob,
    unique (source, target, points, cap),
    check ((body is null) <> (failure is null))
) strict;
