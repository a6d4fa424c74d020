-- The store API: sign-in for phones and computers, keys for scripts, moves, trash, conflicts, quota.
-- A 'device' that has sent or done something is from now on a device's id or a key's.

alter table devices add column secret blob;     -- SHA-256 of what a phone or computer signs in with; null: a watch, it pairs
alter table devices add column pulled integer;  -- the journal's entry up to which it has pulled
create unique index devices_secret on devices (secret) where secret is not null;

create table families (                         -- sign-ins: each with all refresh tokens that follow from it
    id      text primary key,
    device  text not null references devices on delete cascade,
    created integer not null
) strict, without rowid;
create index families_device on families (device);

create table refresh_tokens (
    hash    blob primary key,                   -- SHA-256 of the secret
    family  text not null references families on delete cascade,
    created integer not null,
    used    integer                             -- when it was exchanged for the next
) strict, without rowid;
create index refresh_tokens_family on refresh_tokens (family);

create table keys (                             -- of scripts and of phones that can hold no session
    id        text primary key,
    user      text not null references users,
    name      text not null,
    hash      blob not null unique,             -- SHA-256 of the secret
    scopes    text not null,                    -- JSON list
    folder    text,                             -- what lies outside does not exist for it; null: all
    created   integer not null,
    last_used integer,
    revoked   integer
) strict, without rowid;
create index keys_user on keys (user);
create index projects_owner on projects (owner, name);
create index memberships_user on memberships (user);

create table remembered (                       -- answers, now also to who is no watch
    token   blob not null,
    nonce   text not null,
    request blob not null,
    answer  text not null,
    created integer not null,
    primary key (token, nonce)
) strict, without rowid;
insert into remembered select token, nonce, request, answer, created from answers;
drop table answers;
alter table remembered rename to answers;
create index answers_created on answers (created);

alter table files add column mtime integer;
alter table files add column damaged text;
update files set (mtime, damaged) =
    (select mtime, damaged from versions v where v.file = files.id and v.n = files.head);
create index files_trash on files (project, deleted desc, id desc) where deleted is not null;

create index acks_file on acks (file);

alter table journal add column mark integer;    -- random: tells an entry from another one that says the same at its place

create index journal_changes on journal (project, seq)
    where entity_type = 'file' and action in ('put', 'delete', 'move');

create table conflicts (                        -- two versions of one name: the last to arrive has it
    id      text primary key,
    project text not null references projects,
    file    text not null,                      -- may be removed for good before anybody settles
    path    text not null,                      -- the name
    version integer not null,                   -- that won; 0: the file was deleted or moved
    device  text,                               -- that sent it; null: a page or a command
    copy    text not null references files on delete cascade,  -- where the other version lies
    beside  text not null,                      -- the name that the copy was given
    lost    integer not null,                   -- its number in the file
    loser   text,                               -- the device that sent it
    time    integer not null,
    settled integer,
    kept    text                                -- current, copy, both
) strict, without rowid;
create index conflicts_open on conflicts (project, time desc, id desc) where settled is null;
create index conflicts_copy on conflicts (copy);
create index conflicts_file on conflicts (file);

drop index rejected_content;
create unique index rejected_content on rejected (project, device, sha256);

create table chores (                           -- what is done now and then
    name text primary key,
    done integer not null,                      -- when it was last finished
    told text not null                          -- what it said
) strict, without rowid;

-- What a project holds: each content once, however many versions and refused uploads have it. Quotas count these.
alter table projects add column files integer not null default 0;
alter table projects add column bytes integer not null default 0;

create table holdings (
    project text not null references projects,
    sha256  blob not null,
    size    integer not null,
    refs    integer not null,
    primary key (project, sha256)
) strict, without rowid;

insert into holdings
    select project, sha256, max(size), count(*)
    from (select f.project, v.sha256, v.size from versions v join files f on f.id = v.file
          union all select project, sha256, size from rejected)
    group by project, sha256;
update projects set bytes = coalesce((select sum(size) from holdings where project = projects.id), 0),
    files = (select count(*) from files where project = projects.id and deleted is null);

create trigger versions_held after insert on versions begin
    insert into holdings select project, new.sha256, new.size, 1 from files where id = new.file
        on conflict (project, sha256) do update set refs = refs + 1;
end;
create trigger versions_dropped after delete on versions begin
    update holdings set refs = refs - 1
        where project = (select project from files where id = old.file) and sha256 = old.sha256;
end;
create trigger rejected_held after insert on rejected begin
    insert into holdings values (new.project, new.sha256, new.size, 1)
        on conflict (project, sha256) do update set refs = refs + 1;
end;
create trigger rejected_dropped after delete on rejected begin
    update holdings set refs = refs - 1 where project = old.project and sha256 = old.sha256;
end;
create trigger holdings_begun after insert on holdings begin
    update projects set bytes = bytes + new.size where id = new.project;
end;
create trigger holdings_ended after update of refs on holdings when new.refs = 0 begin
    delete from holdings where project = new.project and sha256 = new.sha256;
    update projects set bytes = bytes - new.size where id = new.project;
end;

create trigger files_added after insert on files when new.deleted is null begin
    update projects set files = files + 1 where id = new.project;
end;
create trigger files_deleted after update of deleted on files when (old.deleted is null) <> (new.deleted is null) begin
    update projects set files = files + iif(new.deleted is null, 1, -1) where id = new.project;
end;
create trigger files_removed after delete on files when old.deleted is null begin
    update projects set files = files - 1 where id = old.project;
end;
