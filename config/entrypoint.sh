#!/bin/sh
# Starts Odoo in the container: fills the configuration in from the environment, installs or updates the suite when the
# image is new to the database, then serves. `server` serves; any other arguments go to odoo.
set -eu
umask 077
python=/opt/crossborder/venv/bin/python
config=$(mktemp -d)/odoo.conf
"$python" /opt/crossborder/config_file.py /opt/crossborder/config/odoo.production.conf > "$config"

if [ "$1" != server ]; then
    exec "$python" /usr/bin/odoo "$@" --config "$config"
fi
shift
stamp="${DATA_DIR:-/var/lib/odoo}/suite-${DB_NAME:-crossborder}"
suite="$MODULES $(find /opt/crossborder/addons -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$suite" ]; then
    # -i does nothing for what is installed already, -u nothing for what is not.
    "$python" /usr/bin/odoo --config "$config" -i "$MODULES" -u "$MODULES" \
        --stop-after-init --no-http --workers=0 --max-cron-threads=0
    printf '%s\n' "$suite" > "$stamp"
fi
exec "$python" /usr/bin/odoo --config "$config" "$@"
