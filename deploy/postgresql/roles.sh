#!/bin/sh
# In a container: roles.sql with the passwords of this database's secrets, once, when the database is made.
set -eu
psql --username postgres --file /roles.sql --set side="$SIDE" \
    --set owner_password="$(cat /run/secrets/owner_password)" \
    --set serving_password="$(cat /run/secrets/serving_password)"
