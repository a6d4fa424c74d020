-- Contents are sealed. Where key is null a row is of an earlier release, and as it came; the agent seals it.

alter table contents add column key blob;       -- id of the master key
create index contents_key on contents (key);
alter table conversions add column key blob;
create index conversions_key on conversions (key);  -- the column lies behind bodies, which none who asks for keys reads
alter table upload_parts add column key blob;
alter table track_rows add column key blob;

create table backups (                          -- finished ones, as far as they are known
    place text not null,                        -- folder, or URL
    name  text not null,
    time  integer not null,
    keys  text not null,                        -- JSON list of the ids of the master keys that it takes to read it
    primary key (place, name)
) strict, without rowid;

-- How their sender has encrypted files that nobody here can read, in the sender's own word.
alter table files add column encrypted text;
alter table versions add column encrypted text;
