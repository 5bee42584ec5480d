#!/bin/sh
# Makes the two databases of Temporal and brings their schema up to date; safe to repeat.
# The connection comes from SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu
export SQL_PLUGIN=postgres12
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  schema=postgresql/v12/${pair##*:}
  temporal-sql-tool --db "$database" create
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "$schema"
done
