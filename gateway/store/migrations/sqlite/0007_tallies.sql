-- What became of the files that were sent here, whatever process took them in.

create table tallies (
    type   text not null,                       -- fit, gpx, tcx, json; other: none of these
    result text not null,                       -- new, same, refused
    count  integer not null,
    primary key (type, result)
) strict, without rowid;
