-- Order is important. Add new migrations as new files at the end of the list; never change one that was released.
-- Moments are Unix seconds. Ids are 12 characters of a-z2-7. Hashes are 32 raw bytes.

create table users (
    id       text primary key,
    email    text unique collate nocase,        -- null until the owner has signed in for the first time
    password text,                              -- argon2id, encoded
    owner    integer not null default 0,        -- 1: the operator of this gateway
    created  integer not null
) strict, without rowid;

create table signin_links (
    hash    blob primary key,                   -- SHA-256 of the link's secret
    user    text not null references users on delete cascade,
    expires integer not null
) strict, without rowid;

create table sessions (
    hash    blob primary key,                   -- SHA-256 of the cookie
    user    text not null references users on delete cascade,
    expires integer not null
) strict, without rowid;

create table projects (
    id    text primary key,
    name  text not null,
    owner text not null references users,
    epoch text not null,                        -- random, renewed by a restore: cursors of another epoch are void
    seq   integer not null default 0            -- the journal's last entry
) strict, without rowid;

create table memberships (
    project text not null references projects,
    user    text not null references users,
    role    text not null,                      -- owner, writer, reader
    primary key (project, user)
) strict, without rowid;

create table journal (
    project     text not null references projects,
    seq         integer not null,               -- 1, 2, 3, ... in the order of commit
    user        text,                           -- who did it; null: the gateway itself
    device      text,                           -- from which device; null: a page or a command
    action      text not null,
    entity_type text not null,
    entity_id   text not null,
    payload     text not null,                  -- JSON object
    client_time integer,
    server_time integer not null,
    primary key (project, seq)
) strict, without rowid;

create table contents (
    sha256   blob primary key,
    size     integer not null,
    body     blob,                              -- small ones lie here
    location text,                              -- large ones in the folder of contents, by this relative name
    check ((body is null) <> (location is null))
) strict;

create table files (
    id      text primary key,
    project text not null references projects,
    path    text not null,                      -- absolute, NFC
    fold    text not null,                      -- the path with case folded: no two live files share it
    name    text not null,                      -- last part of the path
    top     text not null,                      -- first folder, '/routes'
    head    integer not null,                   -- newest version, whose facts are repeated here
    sha256  blob not null,
    size    integer not null,
    type    text,                               -- fit, gpx, tcx, json; null: any other
    device  text,                               -- that sent the head; null: a page or a command
    time    integer not null,                   -- when the head came in
    deleted integer
) strict, without rowid;
create unique index files_path on files (project, fold) where deleted is null;
create index files_newest on files (project, top, time desc, id desc) where deleted is null;
create index files_name on files (project, name) where deleted is null;
create index files_content on files (project, sha256) where deleted is null;

create table versions (
    file    text not null references files,
    n       integer not null,
    sha256  blob not null references contents,
    size    integer not null,
    crc32   integer not null,
    type    text,
    kind    text,
    damaged text,                               -- why the content is not a correct file of its type; null: it is
    summary text,                               -- JSON of model.Summary
    device  text,
    time    integer not null,
    mtime   integer,                            -- what the source says
    primary key (file, n)
) strict, without rowid;
create index versions_content on versions (sha256);
create index versions_device on versions (device, file);

create table activities (                       -- the index: one row for the head of each activity file
    file     text primary key references files,
    project  text not null,
    stem     text not null,                     -- folded path that the sender meant, without ' (2)'
    device   text,
    start    integer,
    sport    text,
    elapsed  real,
    distance real
) strict, without rowid;
create index activities_start on activities (project, start desc, file desc);
create index activities_stem on activities (project, stem, device, start);

create table devices (
    id        text primary key,
    user      text not null references users,
    project   text not null references projects,
    type      text not null,                    -- garmin, iot
    ident     text not null,                    -- what the device calls itself
    name      text not null,
    app       text,
    folders   text not null,                    -- JSON list of the folders whose files wait for it
    created   integer not null,
    last_seen integer,
    last_sync integer,                          -- end of its last successful transfer
    sent      integer not null default 0,       -- files that it sent in all
    revoked   integer
) strict, without rowid;
create unique index devices_ident on devices (user, type, ident);

create table tokens (
    hash       blob primary key,                -- SHA-256 of the secret
    device     text not null references devices on delete cascade,
    created    integer not null,
    first_used integer,
    last_used  integer
) strict, without rowid;
create index tokens_device on tokens (device);

create table pairings (
    hash       blob primary key,                -- SHA-256 of the id that the device polls with
    code       text not null unique,
    token_hash blob not null,
    type       text not null,
    ident      text not null,
    name       text not null,
    app        text,
    address    text not null,
    created    integer not null,
    expires    integer not null,
    device     text references devices on delete cascade  -- set when the owner confirms
) strict, without rowid;

create table acks (
    device  text not null references devices on delete cascade,
    file    text not null references files,
    version integer not null,
    time    integer not null,
    primary key (device, file, version)
) strict, without rowid;

create table uploads (                          -- unfinished ones
    token   blob not null references tokens on delete cascade,
    nonce   text not null,
    name    text not null,
    size    integer not null,
    have    integer not null,
    updated integer not null,
    primary key (token, nonce)
) strict, without rowid;

create table upload_parts (
    token blob not null,
    nonce text not null,
    off   integer not null,
    body  blob not null,
    primary key (token, nonce, off),
    foreign key (token, nonce) references uploads on delete cascade
) strict;

create table answers (                          -- what a write with a nonce was answered, to answer it again
    token   blob not null references tokens on delete cascade,
    nonce   text not null,
    request blob not null,                      -- hash of what the nonce stands for
    answer  text not null,                      -- JSON
    created integer not null,
    primary key (token, nonce)
) strict, without rowid;
create index answers_created on answers (created);

create table rejected (                         -- bytes that validation refused, kept for their owner
    id      text primary key,
    project text not null references projects,
    device  text,
    name    text not null,
    sha256  blob not null references contents,
    size    integer not null,
    error   text not null,                      -- stable word
    message text not null,
    time    integer not null
) strict, without rowid;
create unique index rejected_content on rejected (device, sha256);
create index rejected_time on rejected (device, time);
create index rejected_sha256 on rejected (sha256);

create table health (id integer primary key check (id = 1), checked integer not null) strict;
insert into health values (1, 0);
