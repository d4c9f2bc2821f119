#!/bin/sh
# workerd with its output in a file; the process that starts it has nothing to read.
exec "$LECTERN_WORKERD" "$@" >>"$LECTERN_WORKERD_LOG" 2>&1
