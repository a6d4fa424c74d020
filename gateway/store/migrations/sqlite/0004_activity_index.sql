-- The index of activities: one row a workout, whatever number of files and summaries tell of it. All of it follows
-- from the journal and the versions (wristgate reindex); the agent fills it in after an upgrade.

create table workouts (
    key       integer primary key,              -- begins with the moment it began (times 2^20): the newest are last
    activity  text not null unique,             -- as in recordings
    project   text not null references projects,
    start     integer,                          -- null: nobody says; the key has when the first file came
    sport     text,
    sub_sport text,
    name      text,
    elapsed   real,
    timer     real,
    moving    real,
    distance  real,
    ascent    real,
    descent   real,
    calories  integer,
    avg_hr    integer,
    max_hr    integer,
    south     real,                             -- degrees, of all files together
    west      real,
    north     real,
    east      real,
    file      text,                             -- that tells most; null: only summaries tell
    sources   integer not null,                 -- files and summaries
    devices   text not null                     -- JSON list of who sent them
) strict;
create index workouts_newest on workouts (project, key desc);
create index workouts_totals on workouts (project, start, sport, sub_sport, elapsed, timer, distance, ascent, calories);

-- Of many copies of a workout, those that tell most are looked at.
drop index recordings_activity;
create index recordings_activity on recordings (
    activity, case type when 'fit' then 0 when 'tcx' then 1 when 'gpx' then 2 else 3 end, source
);

-- What activities are found by, as words: p_project, s_sport, d_device, places as cells, and text. rowid: workouts.key.
create virtual table workout_words using fts5 (
    said, content = '', contentless_delete = 1, detail = none, prefix = '2 3', tokenize = "ascii tokenchars '_'"
);
