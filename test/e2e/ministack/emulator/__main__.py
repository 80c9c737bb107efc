"""ministack, mended where it departs from AWS in a way that this suite cannot work around from outside.

Each mend is a row of the table in ../../README.md. Settings come from the environment, as for ministack itself.
"""

import access
import deployment
import executions
import live_rules
import replays
import stream_batches
from ministack import app

if __name__ == "__main__":
    # Access last: it is asked for before any other mend takes a call for its own.
    for part in (deployment, executions, replays, stream_batches, live_rules, access):
        part.mend()
    # With USE_SSL it would listen on 443 too.
    app._port_is_bindable = lambda host, port: False
    app.main()
