#!/bin/sh
# Runs a command where it may write to the system's folders: what it writes there is seen by it alone and goes with it.
# usage: unshare --mount apart.sh FOLDER COMMAND...; FOLDER gets an empty memory disk
set -eu
upper=$1
shift
mount -t tmpfs apart "$upper"
for folder in etc opt run var usr/local; do
    mkdir -p "$upper/$folder/new" "$upper/$folder/work"
    mount -t overlay -o "lowerdir=/$folder,upperdir=$upper/$folder/new,workdir=$upper/$folder/work" apart "/$folder"
done
exec "$@"
