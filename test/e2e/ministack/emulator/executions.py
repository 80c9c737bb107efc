"""Step Functions: where ministack's StartExecution departs from AWS."""

from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions


def start_again_as_the_same():
    """The same name with the same input is the same start, while that execution runs; ministack refuses it."""
    start = stepfunctions._start_execution

    def start_or_find(data):
        machine = data.get("stateMachineArn", "").rsplit(":", 1)[-1]
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:execution:{machine}:{data.get('name')}"
        found = stepfunctions._executions.get(arn)
        if found and found["status"] == "RUNNING" and found["input"] == data.get("input", "{}"):
            return stepfunctions.json_response({"executionArn": arn, "startDate": found["startDate"]})
        return start(data)

    stepfunctions._start_execution = start_or_find


def mend():
    start_again_as_the_same()
