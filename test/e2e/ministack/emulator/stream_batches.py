"""DynamoDB streams: where ministack's, and its event source mapping of them, depart from AWS."""

import threading

from ministack.services import dynamodb, lambda_svc


def go_on_from_the_record_that_failed():
    """ReportBatchItemFailures of a DynamoDB stream: Lambda goes on from the first record that is reported."""
    execute, filtered = lambda_svc._execute_function, lambda_svc._apply_filter_criteria
    polled = threading.local()

    def remember_mapping(records, mapping):
        polled.mapping = mapping
        return filtered(records, mapping)

    def execute_and_heed(func, event):
        result = execute(func, event)
        records = event.get("Records", []) if isinstance(event, dict) else []
        mapping = getattr(polled, "mapping", {})
        if (result.get("error") or not records or records[0].get("eventSource") != "aws:dynamodb"
                or "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", [])):
            return result
        reported = {failure["itemIdentifier"] for failure in (result.get("body") or {}).get("batchItemFailures", [])}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        if not reported:
            return result
        with lambda_svc._dynamodb_stream_positions_lock:
            lambda_svc._dynamodb_stream_positions[mapping["UUID"]] += min(map(numbers.index, reported))
        return {**result, "error": True}

    lambda_svc._apply_filter_criteria = remember_mapping
    lambda_svc._execute_function = execute_and_heed


def keep_records_over_a_restart():
    """A mapping's position is saved; so are the records that it counts, here."""
    get_state, load = dynamodb.get_state, dynamodb.load_persisted_state
    stores = {"stream_records": dynamodb._stream_records, "stream_trimmed": dynamodb._stream_trimmed}

    def load_with_records(data):
        load(data)
        for name, store in stores.items():
            store.update((data or {}).get(name, {}))

    dynamodb.get_state = lambda: {**get_state(), **stores}
    dynamodb.load_persisted_state = load_with_records


def mend():
    keep_records_over_a_restart()
    go_on_from_the_record_that_failed()
