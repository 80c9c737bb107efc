"""EventBridge: where ministack's events and replays depart from AWS."""

import json
import os
import threading
import time

from ministack.core.arn import parse_arn
from ministack.services import eventbridge

# Of one event of a replay to the next, of whatever replay: EventBridge replays at a rate, not all at once.
REPLAY_PAUSE_SECONDS = 0.02
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MAX_EXECUTION_INPUT_BYTES = 256 * 1024
# The ids of the events that were refused, one a line: nothing else tells for good which road an event took.
REFUSED_FILE = os.path.join(os.environ["TMPDIR"], "refused.txt")


def keep_event_times():
    """PutEvents: an event's `Time` is its time; ministack's is the time of the call."""
    put_events, now = eventbridge._put_events, eventbridge._now_ts
    given = threading.local()
    eventbridge._now_ts = lambda: getattr(given, "time", None) or now()

    def put_one_by_one(data, **options):
        if len(data.get("Entries", [])) > 10:
            return put_events(data, **options)
        answers = []
        for entry in data.get("Entries", []):
            given.time = eventbridge._coerce_timestamp(entry["Time"]) if entry.get("Time") else None
            try:
                answers.append(json.loads(put_events({**data, "Entries": [entry]}, **options)[2]))
            finally:
                given.time = None
        return eventbridge.json_response({
            "FailedEntryCount": sum(answer["FailedEntryCount"] for answer in answers),
            "Entries": [entry for answer in answers for entry in answer["Entries"]],
        })

    eventbridge._put_events = put_one_by_one


def pace_replays():
    """A replay takes time, and one that is cancelled ends."""
    dispatch = eventbridge._dispatch_event
    turn = threading.Lock()

    def in_turn(event, view=None):
        replay = event.get("ReplayName")
        if replay is None:
            return dispatch(event, view)
        with turn:
            time.sleep(REPLAY_PAUSE_SECONDS)
        if eventbridge._replays[replay]["State"] == "CANCELLED":
            raise SystemExit  # Ends this replay's thread before it says COMPLETED.
        return dispatch(event, view)

    eventbridge._dispatch_event = in_turn


def send_what_a_target_refuses_to_its_dead_letter_queue():
    """Step Functions refuses an input of more than 256 KiB, and the rule's DeadLetterConfig takes it."""
    invoke = eventbridge._invoke_target

    def invoke_or_park(target, event, rule, view=None):
        view = view or eventbridge._pattern_event_view(event)
        payload = json.dumps(view.event_with_detail(), ensure_ascii=False)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if ":states:" in target["Arn"] and len(payload.encode()) > MAX_EXECUTION_INPUT_BYTES and queue:
            with open(REFUSED_FILE, "a") as refused:
                refused.write(f"{event['EventId']}\n")
            return eventbridge._dispatch_to_sqs(parse_arn(queue), payload)
        return invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_or_park


def mend():
    keep_event_times()
    pace_replays()
    send_what_a_target_refuses_to_its_dead_letter_queue()
