-- Who used the gateway how much, a row a day and sender.

create table traffic (
    day      text not null,                     -- where the gateway is: 2026-05-01
    sender   text not null,                     -- a device's id or a key's; empty: whoever showed neither
    requests integer not null,
    received integer not null,                  -- bytes of bodies
    sent     integer not null,
    uploads  integer not null,                  -- files that were new
    errors   integer not null,
    primary key (day, sender)
) strict, without rowid;
